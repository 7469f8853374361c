import { type KubeObject } from '@keelson/domain';
import { rfc3339 } from '../clock';
import { type ManagedFieldsEntry, recordUpdate } from '../fields/managed-fields';
import { without } from '../json';
import { builtin } from './registry';
import { alreadyExists, plainError, namespaceTerminating, notFound } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { check, dropEmpty, withManagedFields, writerOf } from './commit';
import { type ResourceType } from './resource-type';

const NAMESPACE = builtin('', 'Namespace');

/** A namespaced object needs its Namespace, and one that is not on its way out. */
export function requireNamespace(state: ClusterState, type: ResourceType, object: KubeObject): void {
  const { name, namespace } = object.metadata;
  if (!type.namespaced || namespace === undefined) return;
  const found = state.store.get(NAMESPACE, undefined, namespace);
  if (!found) throw notFound(NAMESPACE, namespace);
  if (found.metadata.deletionTimestamp) throw namespaceTerminating(type, name, namespace);
}

/** POST: creates the object, or refuses with 404 (Namespace), 409 (exists) or 422. */
export function createObject(state: ClusterState, request: WriteRequest, body: KubeObject): KubeObject {
  if (body.metadata.resourceVersion) {
    throw plainError('resourceVersion should not be set on objects to be created');
  }
  const named = withGeneratedName(state, body);
  return insertObject(state, request, named, (object) =>
    recordUpdate(undefined, object, request.type.schema, writerOf(state, request, 'Update')),
  );
}

const withGeneratedName = (state: ClusterState, body: KubeObject): KubeObject => {
  const prefix = body.metadata.generateName;
  return typeof prefix === 'string' && !body.metadata.name
    ? { ...body, metadata: { ...body.metadata, name: `${prefix}${state.ids.suffix()}` } }
    : body;
};

/** The common way into the store of POST and of an apply that creates. */
export function insertObject(
  state: ClusterState,
  request: WriteRequest,
  body: KubeObject,
  ownership: (object: KubeObject) => readonly ManagedFieldsEntry[],
): KubeObject {
  const { type } = request;
  requireNamespace(state, type, body);
  const decoded = type.defaults(withFreshMetadata(state, request, body));
  // What admission adds comes after the fields were counted: nobody owns it.
  const object = type.defaults(state.admission.reduce((each, admit) => admit(type, each), decoded));
  check(type, object, undefined);
  const { namespace, name } = object.metadata;
  if (state.store.get(type, namespace, name)) throw alreadyExists(type, name);
  const owned = withManagedFields(type.allocate(object), ownership(decoded));
  return request.dryRun ? owned : state.store.put(type, owned);
}

function withFreshMetadata(state: ClusterState, request: WriteRequest, body: KubeObject): KubeObject {
  const { type } = request;
  const { labels, annotations, ownerReferences, finalizers, generateName, name } = body.metadata;
  const metadata = dropEmpty({
    name,
    ...(generateName === undefined ? {} : { generateName }),
    ...(type.namespaced ? { namespace: body.metadata.namespace ?? 'default' } : {}),
    uid: state.ids.uid(),
    ...(type.generation === 'none' ? {} : { generation: 1 }),
    creationTimestamp: rfc3339(state.clock.now()),
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
    ...(ownerReferences ? { ownerReferences } : {}),
    ...(finalizers ? { finalizers } : {}),
  });
  return without({ ...body, metadata }, type.hasStatus && !type.bornWithStatus ? 'status' : undefined);
}
