import type { DriftChange, IgnoredFields, KubeObject, ObjectRef } from '@keelson/domain';
import { compileFields, indexIn, isRecord, plannedIndex, type FieldNode } from '../drift/fields-v1';
import { ourFields } from '../drift/managed-fields';

/** The JSON Pointers at which others may set what they like in this object. */
export const ignoredPaths = (
  ignored: readonly IgnoredFields[] | undefined,
  { kind, name }: Pick<ObjectRef, 'kind' | 'name'>,
): string[] =>
  (ignored ?? []).flatMap(({ target, paths }) => (target.kind === kind && target.name === name ? paths : []));

/** Whether a difference lies at, or below, an ignored place, or is the absence of ignored places only. */
export const isIgnored = (
  { path, from, to }: Pick<DriftChange, 'path' | 'from' | 'to'>,
  ignored: readonly string[],
): boolean => {
  if (ignored.some((place) => path === place || path.startsWith(`${place}/`))) return true;
  const isGone = to === undefined || to === null;
  if (!isGone || !isRecord(from) || !ignored.some((place) => place.startsWith(`${path}/`))) return false;
  return Object.entries(from).every(([key, value]) =>
    isIgnored({ path: `${path}/${escaped(key)}`, from: value, to }, ignored),
  );
};

/** RFC 6901. */
const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * The planned object with what is live at the ignored places, so that an apply for other reasons leaves them alone.
 * (Leaving the fields out of the apply was rejected: the API server removes what its last owner stops naming.)
 */
export const withLiveValues = (
  planned: KubeObject,
  live: KubeObject,
  ignored: readonly string[],
): KubeObject => {
  if (ignored.length === 0) return planned;
  const fields = compileFields(ourFields(live) ?? {});
  return ignored.reduce<KubeObject>((object, place) => {
    const segments = place.slice(1).split('/').map(unescaped);
    return put(object, live, fields, segments) as KubeObject;
  }, planned);
};

const unescaped = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** A copy of `object` with `live`'s value at the path; without one there, with none. `fields` are ours of `live`. */
const put = (
  object: unknown,
  live: unknown,
  fields: FieldNode | undefined,
  [segment, ...rest]: readonly string[],
): unknown => {
  if (segment === undefined) return live;
  if (Array.isArray(object)) return putElement(object, live, fields, Number(segment), rest);
  const record = isRecord(object) ? object : {};
  const child = valueOf(live, segment);
  const below = fields?.edges.find(({ select }) => select.by === 'field' && select.name === segment)?.node;
  const value =
    rest.length > 0 && child === undefined ? undefined : put(valueOf(record, segment), child, below, rest);
  if (value !== undefined) return { ...record, [segment]: value };
  const { [segment]: _, ...others } = record;
  return rest.length === 0 ? others : object;
};

/** A list keeps its length: elements are the plan's, and only what is inside one may be another's. */
const putElement = (
  list: readonly unknown[],
  live: unknown,
  fields: FieldNode | undefined,
  place: number,
  rest: readonly string[],
): unknown => {
  if (!(place in list)) return list;
  const seen = Array.isArray(live) ? liveElement(live, list, place, fields) : undefined;
  if (seen?.element === undefined) return list;
  return list.with(place, put(list[place], seen.element, seen.fields, rest));
};

/**
 * The live counterpart of a planned element: by its keys where the list has some (others may have put elements of
 * theirs before it), by name in an object that we never applied, and else by its place.
 */
const liveElement = (
  live: readonly unknown[],
  list: readonly unknown[],
  place: number,
  fields: FieldNode | undefined,
): { readonly element: unknown; readonly fields?: FieldNode | undefined } => {
  const keyed = fields?.edges.filter(({ select }) => select.by === 'keys') ?? [];
  if (keyed.length > 0) {
    const edge = keyed.find(({ select }) => plannedIndex(list, select) === place);
    return edge ? { element: live[indexIn(live, edge.select)], fields: edge.node } : { element: undefined };
  }
  const name = valueOf(list[place], 'name');
  if (name === undefined) return { element: live[place] };
  return { element: live.find((element) => valueOf(element, 'name') === name) };
};

const valueOf = (parent: unknown, key: string): unknown =>
  isRecord(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
