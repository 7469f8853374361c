import { type KubeObject } from '@keelson/domain';
import { isObject, listAt, without } from '../json';
import {
  EMPTY,
  type FieldSet,
  difference,
  intersection,
  isEmpty,
  isHollowed,
  same,
  union,
  withNamedParents,
  withoutSubtrees,
} from './field-set';
import { intern } from './intern';
import { type Schema } from './schema';
import { type Comparison, compare, fieldsOf, filledIn, merge, remove } from './walk';

/** One entry of metadata.managedFields. */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
}

/** Who writes, through which verb, in which version and at what time (RFC 3339, whole seconds). */
export type Writer = Omit<ManagedFieldsEntry, 'fieldsType' | 'fieldsV1'>;

export interface FieldConflict {
  readonly with: ManagedFieldsEntry;
  readonly fields: FieldSet;
}

/** What nobody owns: identity and bookkeeping of the server. */
const UNOWNED: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    'f:name': {},
    'f:namespace': {},
    'f:uid': {},
    'f:resourceVersion': {},
    'f:generation': {},
    'f:creationTimestamp': {},
    'f:deletionTimestamp': {},
    'f:deletionGracePeriodSeconds': {},
    'f:selfLink': {},
    'f:managedFields': {},
  },
};

/** Parts that a typed object always has, even before its creation, so that nobody comes to own them. */
const ALWAYS_THERE = {
  metadata: {},
  spec: {
    template: { metadata: {}, spec: { containers: [] } },
    strategy: {},
    updateStrategy: {},
    podSelector: {},
  },
  status: {},
  roleRef: {},
};

const alwaysThere = (schema: Schema): object => (schema.bare ? { metadata: {} } : ALWAYS_THERE);

export const managedFieldsOf = (object: KubeObject | undefined): readonly ManagedFieldsEntry[] =>
  listAt(object?.metadata, 'managedFields') as ManagedFieldsEntry[];

const isSameWriter = (entry: ManagedFieldsEntry, writer: Writer): boolean =>
  entry.manager === writer.manager &&
  entry.operation === writer.operation &&
  entry.subresource === writer.subresource &&
  (writer.operation === 'Apply' || entry.apiVersion === writer.apiVersion);

const compareOwned = (live: KubeObject | undefined, next: unknown, schema: Schema): Comparison => {
  const { added, modified, removed } = compare(
    live ? withStatus(live, next, schema) : skeletonOf(next, alwaysThere(schema)),
    next,
    schema,
  );
  return {
    added: withoutSubtrees(added, UNOWNED),
    modified: withoutSubtrees(modified, UNOWNED),
    removed: withoutSubtrees(removed, UNOWNED),
  };
};

/** The always-present parts of an object that is about to be created, cut to those that it uses. */
function skeletonOf(next: unknown, parts: object): Record<string, unknown> {
  const skeleton: Record<string, unknown> = {};
  for (const [field, part] of Object.entries(parts) as [string, object][]) {
    const value = isObject(next) ? next[field] : undefined;
    if (value !== undefined) skeleton[field] = Array.isArray(part) ? [] : skeletonOf(value, part);
  }
  return skeleton;
}

/** A first status comes to an object whose empty one was always there. */
const withStatus = (live: KubeObject, next: unknown, schema: Schema): object =>
  !schema.bare && live.status === undefined && isObject(next) && next.status !== undefined
    ? { ...live, status: ALWAYS_THERE.status }
    : live;

/** Orders entries as an API server shows them. */
const sorted = (entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] =>
  entries.sort(
    (a, b) =>
      a.operation.localeCompare(b.operation) ||
      a.time.localeCompare(b.time) ||
      a.manager.localeCompare(b.manager),
  );

/**
 * Entries that lost all that was in a map or merging list, but not the thing itself. The server takes such a one for
 * one that was owned as a whole when the entry was written, and lets it have all that is there by the next write.
 * Looking for them in every entry at every write would cost what {@link compare} spares.
 * Source: sigs.k8s.io/structured-merge-diff/v4/typed/reconcile_schema.go.
 */
const hollowed = new WeakSet<ManagedFieldsEntry>();

function withRest(entry: ManagedFieldsEntry, rest: FieldSet, more: Partial<Writer> = {}): ManagedFieldsEntry {
  const next = { ...entry, ...more, fieldsV1: intern(rest) };
  if (hollowed.has(entry) || isHollowed(entry.fieldsV1, rest)) hollowed.add(next);
  return next;
}

const reconciled = (live: KubeObject | undefined, schema: Schema): readonly ManagedFieldsEntry[] =>
  managedFieldsOf(live).map((entry) =>
    hollowed.has(entry) ? { ...entry, fieldsV1: intern(filledIn(entry.fieldsV1, live, schema)) } : entry,
  );

const withFields = (entries: readonly ManagedFieldsEntry[], writer: Writer, fields: FieldSet) => {
  const others = entries.filter((entry) => !isSameWriter(entry, writer));
  if (isEmpty(fields)) return sorted(others);
  const previous = entries.find((entry) => isSameWriter(entry, writer));
  // An entry that does not change keeps its time, so that a repeated apply writes nothing.
  if (previous && same(previous.fieldsV1, fields)) return sorted([...others, previous]);
  if (previous && writer.operation === 'Update')
    return sorted([...others, withRest(previous, fields, writer)]);
  return sorted([...others, { ...writer, fieldsType: 'FieldsV1', fieldsV1: intern(fields) }]);
};

/** Takes the changed fields away from everybody but the writer. */
function takeFromOthers(
  entries: readonly ManagedFieldsEntry[],
  writer: Writer,
  comparison: Comparison,
): ManagedFieldsEntry[] {
  const taken = union(union(comparison.added, comparison.modified), comparison.removed);
  if (isEmpty(taken)) return [...entries];
  return entries.flatMap((entry) => {
    if (isSameWriter(entry, writer)) return [entry];
    const rest = difference(entry.fieldsV1, taken);
    if (isEmpty(rest)) return [];
    return [same(rest, entry.fieldsV1) ? entry : withRest(entry, rest)];
  });
}

/**
 * Ownership after a create, update or patch: the writer owns what it changed.
 * @returns the new entries, for metadata.managedFields of `next`
 */
export function recordUpdate(
  live: KubeObject | undefined,
  next: KubeObject,
  schema: Schema,
  writer: Writer,
): readonly ManagedFieldsEntry[] {
  const entries = reconciled(live, schema);
  // Nobody has ever said what is whose here, and only an apply begins to.
  if (live && entries.length === 0) return [];
  const comparison = compareOwned(live, next, schema);
  const own = entries.find((entry) => isSameWriter(entry, writer))?.fieldsV1 ?? EMPTY;
  const fields = union(difference(own, comparison.removed), union(comparison.modified, comparison.added));
  return withFields(takeFromOthers(entries, writer, comparison), writer, fields);
}

export type Applied =
  | {
      readonly ok: true;
      readonly object: KubeObject;
      readonly managedFields: readonly ManagedFieldsEntry[];
    }
  | { readonly ok: false; readonly conflicts: readonly FieldConflict[] };

/**
 * Server-side apply of one configuration: merges it, removes what its manager gave up and nobody else owns,
 * and moves ownership. Fields of others that it would change are conflicts unless `force`.
 * Source: sigs.k8s.io/structured-merge-diff/v4/merge (Updater.Apply).
 */
export function applyFields(
  live: KubeObject | undefined,
  configuration: KubeObject,
  schema: Schema,
  writer: Writer,
  force: boolean,
): Applied {
  const entries = live ? entriesBeforeApply(live, schema, writer) : [];
  const config = { ...configuration, metadata: without(configuration.metadata, 'managedFields') };
  const owned = withoutSubtrees(fieldsOf(config, schema), UNOWNED);
  const previous = entries.find((entry) => isSameWriter(entry, writer))?.fieldsV1 ?? EMPTY;

  const merged = merge(live, config, schema) as KubeObject;
  const others = entries.filter((entry) => !isSameWriter(entry, writer));
  const object = prune(merged, previous, owned, others, schema);

  const comparison = compareOwned(live, object, schema);
  const changed = union(comparison.added, comparison.modified);
  const conflicts = others
    .map((entry) => ({ with: entry, fields: intersection(entry.fieldsV1, changed) }))
    .filter((conflict) => !isEmpty(conflict.fields));
  if (conflicts.length > 0 && !force) return { ok: false, conflicts };

  return {
    ok: true,
    object,
    managedFields: withFields(takeFromOthers(entries, writer, comparison), writer, owned),
  };
}

/**
 * What an object without any managedFields says belongs to one who was there before the first apply.
 * Source: k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager/skipnonapplied.go.
 */
function entriesBeforeApply(
  live: KubeObject,
  schema: Schema,
  { apiVersion, time }: Writer,
): readonly ManagedFieldsEntry[] {
  const entries = reconciled(live, schema);
  if (entries.length > 0) return entries;
  const before: Writer = { manager: 'before-first-apply', operation: 'Update', apiVersion, time };
  return recordUpdate(undefined, live, schema, before);
}

/** Removes what `previous` held, `owned` no longer holds, and no other manager claims. */
function prune(
  merged: KubeObject,
  previous: FieldSet,
  owned: FieldSet,
  others: readonly ManagedFieldsEntry[],
  schema: Schema,
): KubeObject {
  // The usual case: the manager says what it said before, or more.
  if (isEmpty(difference(previous, owned))) return merged;
  // What nobody owns is nobody's to give up: the identity stays, and with it the metadata that it is in.
  const kept = union(owned, UNOWNED);
  const claimed = others.reduce((all, entry) => union(all, entry.fieldsV1), kept);
  const dropped = difference(withNamedParents(previous), withNamedParents(claimed));
  return remove(merged, dropped, schema) as KubeObject;
}
