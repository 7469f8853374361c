import { isRecord } from '../drift/fields-v1';

/** Reading plain JSON of unknown shape without throwing. */

type Path = readonly string[];

export const valueAt = (value: unknown, ...path: Path): unknown => {
  let found = value;
  for (const key of path) found = isRecord(found) ? found[key] : undefined;
  return found;
};

export const recordAt = (value: unknown, ...path: Path): Readonly<Record<string, unknown>> => {
  const found = valueAt(value, ...path);
  return isRecord(found) ? found : {};
};

export const listAt = (value: unknown, ...path: Path): readonly unknown[] => {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
};

export const numberAt = (value: unknown, ...path: Path): number | undefined => {
  const found = valueAt(value, ...path);
  return typeof found === 'number' ? found : undefined;
};

export const stringAt = (value: unknown, ...path: Path): string | undefined => {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

/** A count that a controller leaves out of the status when it is 0. */
export const countAt = (value: unknown, ...path: Path): number => numberAt(value, ...path) ?? 0;
