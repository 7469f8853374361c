import { isRecord, pointer } from '../manifests/json';

/** One difference: `from` or `to` is missing where there was, or is, no value. */
export interface FieldChange {
  /** JSON Pointer into the object; the place below which everything differs. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** The structural difference of two JSON values, in the order of their keys; lists are compared by position. */
export const diffObjects = (from: unknown, to: unknown): FieldChange[] => {
  const changes: FieldChange[] = [];
  compare(from, to, '', changes);
  return changes;
};

const compare = (from: unknown, to: unknown, path: string, changes: FieldChange[]): void => {
  if (from === to) return;
  const keys = commonShape(from, to);
  if (!keys) {
    changes.push({ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
    return;
  }
  for (const key of keys) compare(childOf(from, key), childOf(to, key), path + pointer(key), changes);
};

/** All keys of two records or two lists; `undefined` for anything else, which can only be equal or not. */
const commonShape = (from: unknown, to: unknown): readonly string[] | undefined => {
  const alike = (isRecord(from) && isRecord(to)) || (Array.isArray(from) && Array.isArray(to));
  return alike ? [...new Set([...Object.keys(from), ...Object.keys(to)])] : undefined;
};

const childOf = (parent: unknown, key: string): unknown =>
  Object.hasOwn(parent as object, key) ? (parent as Record<string, unknown>)[key] : undefined;
