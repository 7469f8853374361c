import type { IgnoredFields, KubeObject, ObjectRef } from '@keelson/domain';
import { isRecord } from '../drift/fields-v1';

/** The JSON Pointers at which others may set what they like in this object. */
export const ignoredPaths = (
  ignored: readonly IgnoredFields[] | undefined,
  { kind, name }: Pick<ObjectRef, 'kind' | 'name'>,
): string[] =>
  (ignored ?? []).flatMap(({ target, paths }) => (target.kind === kind && target.name === name ? paths : []));

/** Whether a difference lies at, or below, an ignored place. */
export const isIgnored = (path: string, ignored: readonly string[]): boolean =>
  ignored.some((place) => path === place || path.startsWith(`${place}/`));

/**
 * The planned object with what is live at the ignored places, so that an apply for other reasons leaves them alone.
 * (Leaving the fields out of the apply was rejected: the API server removes what its last owner stops naming.)
 */
export const withLiveValues = (
  planned: KubeObject,
  live: KubeObject,
  ignored: readonly string[],
): KubeObject =>
  ignored.reduce<KubeObject>((object, place) => {
    const segments = place.slice(1).split('/').map(unescaped);
    return put(object, live, segments) as KubeObject;
  }, planned);

const unescaped = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** A copy of `object` with `live`'s value at the path; without one there, with none. */
const put = (object: unknown, live: unknown, [segment, ...rest]: readonly string[]): unknown => {
  if (segment === undefined) return live;
  const child = childOf(live, segment);
  if (Array.isArray(object)) {
    // A list keeps its length: elements are the plan's, and only what is inside one may be another's.
    const index = Number(segment);
    return object.map((element: unknown, place) =>
      place === index && child !== undefined ? put(element, child, rest) : element,
    );
  }
  const record = isRecord(object) ? object : {};
  const value =
    rest.length > 0 && child === undefined ? undefined : put(childOf(record, segment), child, rest);
  if (value !== undefined) return { ...record, [segment]: value };
  const { [segment]: _, ...others } = record;
  return rest.length === 0 ? others : object;
};

const childOf = (parent: unknown, key: string): unknown => {
  if (Array.isArray(parent)) return (parent as unknown[])[Number(key)];
  return isRecord(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
};
