import { sameJson } from './same-json';

/**
 * `managedFields[].fieldsV1`: a trie of path elements. An entry is `f:name` (field), `k:{…}` (list element by its
 * keys), `v:…` (element of a set, by value), `i:n` (element by index) or `.` (the thing itself). An empty object is
 * a leaf: the path itself is owned, with all that lies beneath when its type is atomic.
 * Source: k8s.io/apimachinery meta/v1 FieldsV1, sigs.k8s.io/structured-merge-diff fieldpath/serialize.go.
 */
export interface FieldsV1 {
  readonly [entry: string]: FieldsV1;
}

/** An entry of the trie, parsed once. `raw` is its text, which names the same place in every manager's trie. */
export interface FieldEdge {
  readonly raw: string;
  readonly select: Selector;
  readonly node: FieldNode;
}

/** No edges: a leaf. */
export interface FieldNode {
  readonly edges: readonly FieldEdge[];
}

export type Selector =
  | { readonly by: 'field'; readonly name: string }
  | { readonly by: 'keys'; readonly keys: Readonly<Record<string, unknown>> }
  | { readonly by: 'value'; readonly value: unknown }
  | { readonly by: 'index'; readonly index: number };

/** An unknown kind of entry is left out: what we cannot read we do not judge. */
export const selectorOf = (raw: string): Selector | undefined => {
  const text = raw.slice(2);
  try {
    if (raw.startsWith('f:')) return { by: 'field', name: text };
    if (raw.startsWith('k:')) return { by: 'keys', keys: JSON.parse(text) as Record<string, unknown> };
    if (raw.startsWith('v:')) return { by: 'value', value: JSON.parse(text) as unknown };
    if (raw.startsWith('i:')) return { by: 'index', index: Number(text) };
  } catch {
    return undefined;
  }
  return undefined;
};

const LEAF: FieldNode = { edges: [] };

export const compileFields = (fields: FieldsV1): FieldNode => {
  const edges: FieldEdge[] = [];
  for (const [raw, child] of Object.entries(fields)) {
    const select = selectorOf(raw);
    if (select) edges.push({ raw, select, node: compileFields(child) });
  }
  return edges.length === 0 ? LEAF : { edges };
};

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where in a list an edge points to; -1 when nothing is there. */
export const indexIn = (list: readonly unknown[], select: Selector): number => {
  switch (select.by) {
    case 'keys':
      return list.findIndex((element) => isRecord(element) && hasKeys(element, select.keys));
    case 'value':
      return list.findIndex((element) => sameJson(element, select.value));
    case 'index':
      return select.index < list.length ? select.index : -1;
    case 'field':
      return -1;
  }
};

/** The same in a list as it was planned, where keys that have a default may be left out. */
export const plannedIndex = (list: readonly unknown[], select: Selector): number => {
  const exact = indexIn(list, select);
  if (exact >= 0 || select.by !== 'keys') return exact;
  return list.findIndex(
    (element) => isRecord(element) && hasKeys({ ...select.keys, ...element }, select.keys),
  );
};

const hasKeys = (element: Record<string, unknown>, keys: Readonly<Record<string, unknown>>): boolean => {
  for (const name in keys) if (!sameJson(element[name], keys[name])) return false;
  return true;
};

/** Tells whether a trie owns the place that a path of raw entries leads to. */
export const owns = (fields: FieldsV1, path: readonly string[]): boolean => {
  const node = descend(fields, path);
  return node !== undefined && (isLeaf(node) || '.' in node);
};

/** Tells whether a trie owns the place, anything beneath it, or an atomic thing around it. */
export const touches = (fields: FieldsV1, path: readonly string[]): boolean => {
  let node: FieldsV1 = fields;
  for (const raw of path) {
    const next = node[raw];
    if (next === undefined) return node !== fields && isLeaf(node);
    node = next;
  }
  return true;
};

const descend = (fields: FieldsV1, path: readonly string[]): FieldsV1 | undefined => {
  let node: FieldsV1 | undefined = fields;
  for (const raw of path) node = node?.[raw];
  return node;
};

const isLeaf = (node: FieldsV1): boolean => Object.keys(node).length === 0;
