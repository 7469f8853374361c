/** Reading plain JSON of unknown shape without throwing. */

export type JsonObject = Record<string, unknown>;

export const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of own properties, else `undefined`. */
export const valueAt = (value: unknown, ...path: readonly string[]): unknown => {
  let found = value;
  for (const key of path) {
    if (!isRecord(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
};

export const recordAt = (value: unknown, ...path: readonly string[]): JsonObject => {
  const found = valueAt(value, ...path);
  return isRecord(found) ? found : {};
};

export const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
};

export const stringAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

export const numberAt = (value: unknown, ...path: readonly string[]): number | undefined => {
  const found = valueAt(value, ...path);
  return typeof found === 'number' ? found : undefined;
};

/** A JSON Pointer (RFC 6901) made of its segments. */
export const pointer = (...segments: readonly (string | number)[]): string =>
  segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The segments of a JSON Pointer. */
export const segmentsOf = (path: string): string[] =>
  path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** A copy in which the value at a path of records is another one; the input and all untouched parts are shared. */
export const withValueAt = <T extends object>(value: T, path: readonly string[], replacement: unknown): T => {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const child = valueAt(value, key);
  const next = rest.length === 0 ? replacement : withValueAt(isRecord(child) ? child : {}, rest, replacement);
  return { ...value, [key]: next };
};

/** A copy without the value at a path of records; the input itself when there is none. */
export const withoutValueAt = <T extends object>(value: T, path: readonly string[]): T => {
  const [key, ...rest] = path;
  const child = key === undefined ? undefined : valueAt(value, key);
  if (key === undefined || child === undefined) return value;
  if (rest.length === 0) {
    const { [key]: _, ...others } = value as JsonObject;
    return others as T;
  }
  if (!isRecord(child)) return value;
  const next = withoutValueAt(child, rest);
  return next === child ? value : { ...value, [key]: next };
};
