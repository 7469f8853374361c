import { type KubeObject } from '@keelson/domain';
import { rfc3339 } from '../clock';
import { type ManagedFieldsEntry, type Writer } from '../fields/managed-fields';
import { type JsonObject, equal, listAt, without } from '../json';
import { invalid } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { metadataProblems } from './names';
import { type ResourceType } from './resource-type';

export const writerOf = (
  state: ClusterState,
  request: Pick<WriteRequest, 'manager' | 'apiVersion' | 'subresource'>,
  operation: Writer['operation'],
): Writer => ({
  manager: request.manager,
  operation,
  apiVersion: request.apiVersion,
  time: rfc3339(state.clock.now()),
  ...(request.subresource ? { subresource: request.subresource } : {}),
});

export const withManagedFields = (
  object: KubeObject,
  managedFields: readonly ManagedFieldsEntry[],
): KubeObject => ({
  ...object,
  metadata: {
    ...without(object.metadata, 'managedFields'),
    ...(managedFields.length ? { managedFields } : {}),
  },
});

export function check(type: ResourceType, next: KubeObject, live: KubeObject | undefined): void {
  const problems = [...metadataProblems(type, next, live), ...type.validate(next, live)];
  if (problems.length > 0) throw invalid(type, next.metadata.name, problems);
}

const SERVER_FIELDS = [
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'resourceVersion',
  'generation',
] as const;

/** A new version with what only the server may say taken from the live one. */
export function withServerFields(next: KubeObject, live: KubeObject): KubeObject {
  const { name, uid } = live.metadata;
  // A uid that the body says is compared, not overwritten.
  const metadata: KubeObject['metadata'] = { ...next.metadata, name, uid: next.metadata.uid || uid };
  for (const field of SERVER_FIELDS) {
    if (live.metadata[field] === undefined) delete metadata[field];
    else (metadata as JsonObject)[field] = live.metadata[field];
  }
  if (live.metadata.namespace !== undefined) metadata.namespace = live.metadata.namespace;
  return { ...next, metadata: dropEmpty(metadata) };
}

/** Typed metadata forgets empty maps and lists (`omitempty`). */
export function dropEmpty(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  let result = metadata;
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    const value = metadata[field];
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) {
      result = without(result, field);
    }
  }
  return result;
}

const content = (object: KubeObject): unknown => ({ ...object, metadata: undefined, status: undefined });

/** Whether metadata.generation moves: the wanted state changed, not labels or status. */
function generationMoves(type: ResourceType, live: KubeObject, next: KubeObject, isStatus: boolean): boolean {
  if (type.generation === 'none' || isStatus) return false;
  if (type.generation === 'content') return !equal(content(live), content(next));
  if (!equal(live.spec, next.spec)) return true;
  return (
    type.generation === 'specOrAnnotations' &&
    !equal(live.metadata.annotations ?? {}, next.metadata.annotations ?? {})
  );
}

/**
 * The end of every update: bumps the generation, writes nothing when nothing changed, and removes an object
 * whose last finalizer is gone.
 * @param next defaulted and validated, with its managedFields
 */
export function commitUpdate(
  state: ClusterState,
  type: ResourceType,
  live: KubeObject,
  next: KubeObject,
  how: { readonly dryRun: boolean; readonly isStatus: boolean },
): KubeObject {
  if (equal(live, next)) return live;
  const object = generationMoves(type, live, next, how.isStatus)
    ? { ...next, metadata: { ...next.metadata, generation: (live.metadata.generation ?? 0) + 1 } }
    : next;
  if (how.dryRun) return object;
  if (isReleased(object)) return state.store.remove(type, object);
  return state.store.put(type, object);
}

/** Marked for deletion and held by nothing: no finalizer, no grace period still running. */
const isReleased = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  listAt(object.metadata, 'finalizers').length === 0 &&
  !object.metadata.deletionGracePeriodSeconds &&
  !(object.kind === 'Namespace' && object.apiVersion === 'v1');
