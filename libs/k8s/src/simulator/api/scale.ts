import { type KubeObject } from '@keelson/domain';
import { recordUpdate } from '../fields/managed-fields';
import { isObject, objectAt, textAt, without } from '../json';
import { badRequest, invalidOf, invalidValue, methodNotAllowed } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { check, commitUpdate, withManagedFields, writerOf } from './commit';
import { checkMediaType, patched } from './patch';
import { type ResourceType, type ScaleFields } from './resource-type';
import { checkPreconditions, getObject } from './update';

/** Its fields merge one by one. */
const SCALE = { custom: false, schema: {} };

export function getScale(state: ClusterState, request: WriteRequest): KubeObject {
  return scaleOf(getObject(state, request), fieldsOf(request.type));
}

/** PUT on `/scale`; a resourceVersion in the body is a precondition. */
export function updateScale(state: ClusterState, request: WriteRequest, body: unknown): KubeObject {
  const live = getObject(state, request);
  return writeScale(state, request, live, checkedScale(request, body));
}

/** PATCH on `/scale`: the patch is made on the Scale, what comes out of it on the object. */
export function patchScale(
  state: ClusterState,
  request: WriteRequest,
  mediaType: string,
  patch: unknown,
): KubeObject {
  checkMediaType(SCALE, mediaType);
  const live = getObject(state, request);
  const scale = scaleOf(live, fieldsOf(request.type));
  return writeScale(state, request, live, checkedScale(request, patched(SCALE, mediaType, scale, patch)));
}

function writeScale(
  state: ClusterState,
  request: WriteRequest,
  live: KubeObject,
  scale: KubeObject,
): KubeObject {
  const { type, dryRun } = request;
  checkPreconditions(request, scale, live);
  const replicas = Number(objectAt(scale, 'spec').replicas ?? 0);
  if (replicas < 0) {
    const problem = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalidOf({ group: 'autoscaling', kind: 'Scale' }, live.metadata.name, [problem]);
  }
  const fields = fieldsOf(type);
  const next = fields.withWanted(live, replicas);
  check(type, next, live);
  // Before Kubernetes 1.22 a scale moved no ownership: a manager that once applied the count still owns it.
  const owned = state.tracksScale
    ? withManagedFields(next, recordUpdate(live, next, type.schema, writerOf(state, request, 'Update')))
    : next;
  return scaleOf(commitUpdate(state, type, live, owned, { dryRun, isStatus: false }), fields);
}

function fieldsOf({ scale }: ResourceType): ScaleFields {
  if (!scale) throw methodNotAllowed();
  return scale;
}

function scaleOf(object: KubeObject, fields: ScaleFields): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const wanted = fields.wanted(object);
  const selector = fields.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      creationTimestamp,
    },
    spec: wanted === 0 ? {} : { replicas: wanted },
    status: { replicas: fields.counted(object), ...(selector ? { selector } : {}) },
  };
}

function checkedScale({ name = '' }: WriteRequest, body: unknown): KubeObject {
  if (!isObject(body)) throw badRequest('the object provided is not a Scale');
  const { kind = 'Scale', apiVersion = 'autoscaling/v1' } = body;
  if (kind !== 'Scale' || apiVersion !== 'autoscaling/v1') {
    throw badRequest(`the object provided is unrecognized (must be of type Scale): ${String(kind)}`);
  }
  const metadata = objectAt(body, 'metadata');
  const given = textAt(metadata, 'name') ?? name;
  if (given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
  return { ...without(body, 'status'), kind: 'Scale', apiVersion, metadata: { ...metadata, name } };
}
