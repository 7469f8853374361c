import { type JsonObject, equal, isObject } from '../json';
import { EMPTY, type FieldSet, displayElement, insert, isEmpty, isMember } from './field-set';
import { type Schema, fieldSchema, isGranularList, itemElement, itemSchema } from './schema';

/**
 * The four walks over a typed value that server-side apply is made of.
 * Source: sigs.k8s.io/structured-merge-diff/v4/typed (tofieldset, compare, merge, remove).
 */

/** A list that says twice what it may say once, e.g. two containers of one name. */
export class DuplicateItemError extends Error {}

const isGranular = (schema: Schema, value: unknown): boolean =>
  !schema.atomic && (isObject(value) || (Array.isArray(value) && isGranularList(schema)));

/** Items of a granular value by path element, with their schemas. */
function* childrenOf(value: unknown, schema: Schema): Generator<[string, unknown, Schema]> {
  if (isObject(value)) {
    for (const field in value) yield [`f:${field}`, value[field], fieldSchema(schema, field)];
  } else if (Array.isArray(value)) {
    const items = itemSchema(schema);
    for (const item of value as unknown[]) yield [itemElement(schema, item), item, items];
  }
}

function indexed(value: unknown, schema: Schema): Map<string, unknown> {
  const index = new Map<string, unknown>();
  for (const [element, item] of childrenOf(value, schema)) if (!index.has(element)) index.set(element, item);
  return index;
}

/** Which fields a configuration sets: the leaves, empty maps, and every item of a merging list, of which none is none. */
export function fieldsOf(value: unknown, schema: Schema): FieldSet {
  const set: Record<string, FieldSet> = {};
  for (const [element, child, childSchema] of childrenOf(value, schema)) {
    if (element in set) throw new DuplicateItemError(`duplicate entries for key ${displayElement(element)}`);
    const isPart = isGranular(childSchema, child);
    const deep = isPart ? fieldsOf(child, childSchema) : EMPTY;
    const isItem = !element.startsWith('f:');
    if (isPart && !isItem && isEmpty(deep) && !isEmptyMap(child)) continue;
    set[element] = isItem && !isEmpty(deep) ? { '.': EMPTY, ...deep } : deep;
  }
  return set;
}

const isEmptyMap = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

/** The set with all that is in the value now below each member that is a map or merging list and has nothing below it. */
export function filledIn(set: FieldSet, value: unknown, schema: Schema): FieldSet {
  let result: Record<string, FieldSet> | undefined;
  for (const [element, child, childSchema] of childrenOf(value, schema)) {
    const below = set[element];
    if (below === undefined || !isGranular(childSchema, child)) continue;
    const deep = isEmpty(below) ? fieldsOf(child, childSchema) : filledIn(below, child, childSchema);
    if (deep === below || isEmpty(deep)) continue;
    (result ??= { ...set })[element] = isEmpty(below) ? { '.': EMPTY, ...deep } : deep;
  }
  return result ?? set;
}

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What changed between two versions; subtrees that are the same reference cost nothing. */
export function compare(before: unknown, after: unknown, schema: Schema): Comparison {
  const result: Comparison = { added: {}, modified: {}, removed: {} };
  if (before !== after) compareAt(before, after, schema, [], result);
  return result;
}

/** @param path where both values lie; the same array goes down and up again */
function compareAt(before: unknown, after: unknown, schema: Schema, path: string[], into: Comparison): void {
  if (
    before !== undefined &&
    after !== undefined &&
    isGranular(schema, before) !== isGranular(schema, after)
  ) {
    insert(into.modified, path);
    return;
  }
  if (isGranular(schema, before ?? after)) {
    const old = indexed(before, schema);
    for (const [element, child, childSchema] of childrenOf(after, schema)) {
      const previous = old.get(element);
      old.delete(element);
      if (previous === child) continue;
      path.push(element);
      compareAt(previous, child, childSchema, path, into);
      path.pop();
    }
    for (const [element, child] of old) {
      const childSchema = isObject(before) ? fieldSchema(schema, element.slice(2)) : itemSchema(schema);
      path.push(element);
      compareAt(child, undefined, childSchema, path, into);
      path.pop();
    }
    if (before === undefined && path.length > 0) insert(into.added, path);
    if (after === undefined && path.length > 0) insert(into.removed, path);
  } else if (before === undefined) insert(into.added, path);
  else if (after === undefined) insert(into.removed, path);
  else if (!equal(before, after)) insert(into.modified, path);
}

/** Lays a configuration over a live value: leaves of the configuration win, the rest stays as it is. */
export function merge(live: unknown, applied: unknown, schema: Schema): unknown {
  if (applied === undefined) return live;
  if (live === undefined || !isGranular(schema, live) || !isGranular(schema, applied)) {
    return equal(live, applied) ? live : applied;
  }
  if (isObject(live) && isObject(applied)) return mergeObjects(live, applied, schema);
  if (Array.isArray(live) && Array.isArray(applied)) return mergeLists(live, applied, schema);
  return applied;
}

function mergeObjects(live: JsonObject, applied: JsonObject, schema: Schema): JsonObject {
  let result: JsonObject | undefined;
  for (const field in applied) {
    const merged = merge(live[field], applied[field], fieldSchema(schema, field));
    if (merged !== live[field]) (result ??= { ...live })[field] = merged;
  }
  return result ?? live;
}

/** Items keep the live order; new ones follow in the order of the configuration. */
function mergeLists(live: unknown[], applied: unknown[], schema: Schema): unknown[] {
  const wanted = indexed(applied, schema);
  const items = itemSchema(schema);
  let changed = false;
  const result = live.map((item) => {
    const element = itemElement(schema, item);
    const merged = merge(item, wanted.get(element), items);
    wanted.delete(element);
    changed ||= merged !== item;
    return merged;
  });
  if (wanted.size === 0) return changed ? result : live;
  return [...result, ...wanted.values()];
}

/** The value without the members of a set. */
export function remove(value: unknown, set: FieldSet, schema: Schema): unknown {
  if (isEmpty(set) || !isGranular(schema, value)) return value;
  if (isObject(value)) {
    const kept: JsonObject = {};
    for (const field in value) {
      const target = set[`f:${field}`];
      if (target === undefined) kept[field] = value[field];
      else if (!isMember(target)) kept[field] = remove(value[field], target, fieldSchema(schema, field));
    }
    return kept;
  }
  const items = itemSchema(schema);
  return (value as unknown[]).flatMap((item) => {
    const target = set[itemElement(schema, item)];
    if (target === undefined) return [item];
    return isMember(target) ? [] : [remove(item, target, items)];
  });
}
