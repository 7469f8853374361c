/**
 * What server-side apply must know of a type: how its lists merge and which values are one whole.
 * Whatever a schema does not mention is deduced: objects merge field by field, lists are atomic.
 */
export interface Schema {
  /** The value is owned and replaced as a whole. */
  readonly atomic?: true;
  /** A list of scalars that merges by value. */
  readonly set?: true;
  /** A list of objects that merges by these fields. */
  readonly keys?: readonly string[];
  /** Values that a missing key field stands for, such as protocol TCP. */
  readonly keyDefaults?: Readonly<Record<string, unknown>>;
  /** Schema of the items of a keyed list. */
  readonly items?: Schema;
  /** Of a custom resource: no part of it is there before somebody writes it. */
  readonly bare?: true;
  /** Schemas of the named fields of an object. */
  readonly fields?: Readonly<Record<string, Schema>>;
}

export const DEDUCED: Schema = {};
export const ATOMIC: Schema = { atomic: true };
export const SET: Schema = { set: true };

export const fieldSchema = (schema: Schema, field: string): Schema => schema.fields?.[field] ?? DEDUCED;
export const itemSchema = (schema: Schema): Schema => schema.items ?? DEDUCED;

export const struct = (fields: Readonly<Record<string, Schema>>): Schema => ({ fields });

export const keyed = (
  keys: readonly string[],
  items?: Schema,
  keyDefaults?: Readonly<Record<string, unknown>>,
): Schema => ({
  keys: [...keys].sort(),
  ...(items ? { items } : {}),
  ...(keyDefaults ? { keyDefaults } : {}),
});

export const isGranularList = (schema: Schema): boolean =>
  !schema.atomic && (schema.set !== undefined || schema.keys !== undefined);

/** The path element of a list item, `k:{…}` or `v:…`. */
export function itemElement(schema: Schema, item: unknown): string {
  if (!schema.keys) return `v:${JSON.stringify(item)}`;
  const key: Record<string, unknown> = {};
  for (const field of schema.keys) {
    const value = (item as Record<string, unknown> | null)?.[field] ?? schema.keyDefaults?.[field];
    if (value !== undefined) key[field] = value;
  }
  return `k:${JSON.stringify(key)}`;
}
