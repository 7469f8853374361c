/**
 * Plain JSON as the simulator keeps it. Stored objects are immutable: every change makes a new object that
 * shares what did not change, so that comparing two versions costs only the path that differs.
 */
export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const textAt = (value: unknown, field: string): string | undefined => {
  const child = isObject(value) ? value[field] : undefined;
  return typeof child === 'string' ? child : undefined;
};

export const objectAt = (value: unknown, field: string): JsonObject => {
  const child = isObject(value) ? value[field] : undefined;
  return isObject(child) ? child : {};
};

export const listAt = (value: unknown, field: string): unknown[] => {
  const child = isObject(value) ? value[field] : undefined;
  return Array.isArray(child) ? (child as unknown[]) : [];
};

/** Structural equality; the same reference is equal at once. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equal(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** The object with the missing fields added; the same reference when none is missing. */
export function fill<T extends JsonObject>(target: T, defaults: JsonObject): T {
  let missing = false;
  for (const key in defaults) if (target[key] === undefined && defaults[key] !== undefined) missing = true;
  if (!missing) return target;
  const filled: JsonObject = { ...target };
  for (const key in defaults) if (filled[key] === undefined) filled[key] = defaults[key];
  return filled as T;
}

/** Changes one field by a function; the same reference when the function returns what it was given. */
export function change<T extends JsonObject>(
  target: T,
  field: string,
  update: (value: unknown) => unknown,
): T {
  const before = target[field];
  const after = update(before);
  if (after === before) return target;
  return without({ ...target, [field]: after }, after === undefined ? field : undefined);
}

/** Like {@link change} for a field that holds an object; a missing or foreign value is left alone. */
export const changeObject = <T extends JsonObject>(
  target: T,
  field: string,
  update: (value: JsonObject) => JsonObject,
): T => change(target, field, (value) => (isObject(value) ? update(value) : value));

/** Like {@link change} for every object in a list. */
export const changeItems = <T extends JsonObject>(
  target: T,
  field: string,
  update: (item: JsonObject, index: number) => JsonObject,
): T =>
  change(target, field, (value) => {
    if (!Array.isArray(value)) return value;
    let changed = false;
    const items = (value as unknown[]).map((item, index): unknown => {
      if (!isObject(item)) return item;
      const next = update(item, index);
      changed ||= next !== item;
      return next;
    });
    return changed ? items : (value as unknown);
  });

export function without<T extends JsonObject>(target: T, field: string | undefined): T {
  if (field === undefined || !(field in target)) return target;
  const rest: JsonObject = { ...target };
  delete rest[field];
  return rest as T;
}

/** Drops null members at every depth: a typed API server forgets them when it decodes an object. */
export function dropNulls<T>(value: T): T {
  if (Array.isArray(value)) return (value as unknown[]).map(dropNulls) as T;
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const key in value) if (value[key] !== null) kept[key] = dropNulls(value[key]);
  return kept as T;
}

/** Drops members that are empty lists: a typed server forgets them (`omitempty`). The same reference if there are none. */
export function withoutEmptyLists<T extends JsonObject>(target: T): T {
  let result = target;
  for (const field in target) {
    const value = target[field];
    if (Array.isArray(value) && value.length === 0) result = without(result, field);
  }
  return result;
}
