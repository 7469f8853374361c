import { type KubeObject } from '@keelson/domain';
import { recordUpdate } from '../fields/managed-fields';
import { without } from '../json';
import { conflict, invalidOf, invalidValue, notFound, staleVersion } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { check, commitUpdate, withManagedFields, withServerFields, writerOf } from './commit';
import { type ResourceType } from './resource-type';

export function getObject(
  state: ClusterState,
  { type, namespace, name = '' }: Pick<WriteRequest, 'type' | 'namespace' | 'name'>,
): KubeObject {
  const object = state.store.get(type, namespace, name);
  if (!object) throw notFound(type, name);
  return object;
}

/** A version in a body is a precondition. */
export function checkVersion(type: ResourceType, body: KubeObject, live: KubeObject): void {
  const { resourceVersion } = body.metadata;
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) {
    throw staleVersion(type, live.metadata.name);
  }
}

/** So is a uid where an object is replaced by PUT; to a patch it is a field that never changes. */
export function checkPreconditions(
  { type, name = '' }: Pick<WriteRequest, 'type' | 'name'>,
  body: KubeObject,
  live: KubeObject | undefined,
): asserts live {
  const { uid } = body.metadata;
  const found = live?.metadata.uid ?? '';
  if (uid && uid !== found) {
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${found}`,
    );
  }
  if (!live) throw notFound(type, name);
  checkVersion(type, body, live);
}

/** The endpoint decides what may change: `/status` only the status, the main endpoint all but the status. */
export function confine(request: WriteRequest, next: KubeObject, live: KubeObject): KubeObject {
  if (request.subresource === 'status') return withPart(live, next);
  return request.type.hasStatus ? withPart(next, live) : next;
}

const withPart = (object: KubeObject, source: KubeObject): KubeObject => {
  if (object.status === source.status) return object;
  return source.status === undefined ? without(object, 'status') : { ...object, status: source.status };
};

/** PUT: replaces the object under its preconditions. */
export function updateObject(state: ClusterState, request: WriteRequest, body: KubeObject): KubeObject {
  const { type, namespace, name = '' } = request;
  const live = state.store.get(type, namespace, name);
  checkPreconditions(request, body, live);
  if (!type.updatesUnconditionally && !body.metadata.resourceVersion) {
    throw invalidOf({ group: type.group, kind: type.plural }, name, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  }
  return replace(state, request, live, body);
}

/** The common way of PUT and PATCH: confine, default, validate, record ownership, write. */
export function replace(
  state: ClusterState,
  request: WriteRequest,
  live: KubeObject,
  body: KubeObject,
): KubeObject {
  const { type } = request;
  const confined = withServerFields(confine(request, body, live), live);
  const next = type.defaults({ ...confined, apiVersion: body.apiVersion, kind: body.kind });
  check(type, next, live);
  const managed = recordUpdate(live, next, type.schema, writerOf(state, request, 'Update'));
  return commitUpdate(state, type, live, withManagedFields(type.advance(next, live), managed), {
    dryRun: request.dryRun,
    isStatus: request.subresource === 'status',
  });
}
