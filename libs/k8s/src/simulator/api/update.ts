import { type KubeObject } from '@keelson/domain';
import { recordUpdate } from '../fields/managed-fields';
import { without } from '../json';
import { conflict, invalid, invalidValue, notFound, staleVersion } from './api-error';
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

/** uid and resourceVersion in a body are preconditions. */
export function checkPreconditions(type: ResourceType, body: KubeObject, live: KubeObject): void {
  const { uid, resourceVersion } = body.metadata;
  const { name } = live.metadata;
  if (uid && uid !== live.metadata.uid) {
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`,
    );
  }
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) throw staleVersion(type, name);
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
  const live = getObject(state, request);
  if (request.type.custom && !body.metadata.resourceVersion) {
    throw invalid(request.type, live.metadata.name, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  }
  checkPreconditions(request.type, body, live);
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
