import { type KubeObject } from '@keelson/domain';
import { pathsOf } from '../fields/field-set';
import { type Applied, type FieldConflict, applyFields } from '../fields/managed-fields';
import { DuplicateItemError } from '../fields/walk';
import { without } from '../json';
import { ApiError, badRequest, conflict, plainError, notFound } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { check, commitUpdate, withManagedFields, withServerFields, writerOf } from './commit';
import { insertObject } from './create';
import { checkVersion } from './update';

/** PATCH application/apply-patch+yaml: creates the object or merges the configuration into it. */
export function applyObject(
  state: ClusterState,
  request: WriteRequest,
  configuration: KubeObject,
): { object: KubeObject; created: boolean } {
  if (configuration.metadata.managedFields !== undefined) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const live = state.store.get(request.type, request.namespace, request.name ?? '');
  const config = confineConfiguration(request, configuration);
  if (live) return { object: applyToLive(state, request, live, config), created: false };
  return { object: applyNew(state, request, config), created: true };
}

function applyNew(state: ClusterState, request: WriteRequest, config: KubeObject): KubeObject {
  const { type, name = '' } = request;
  if (request.subresource) throw notFound(type, name);
  const { resourceVersion: _, uid, ...metadata } = config.metadata;
  const { object, managedFields } = applied(state, request, undefined, { ...config, metadata });
  // A version is compared with the live one only; a uid without a live object is refused (seen on 1.20).
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(type, name, why);
  }
  return insertObject(state, request, object, () => managedFields);
}

function applyToLive(
  state: ClusterState,
  request: WriteRequest,
  live: KubeObject,
  config: KubeObject,
): KubeObject {
  const { type } = request;
  const { object, managedFields } = applied(state, request, live, config);
  checkVersion(type, config, live);
  const next = type.defaults(withServerFields(object, live));
  check(type, next, live);
  return commitUpdate(state, type, live, withManagedFields(type.advance(next, live), managedFields), {
    dryRun: request.dryRun,
    isStatus: request.subresource === 'status',
  });
}

function applied(
  state: ClusterState,
  request: WriteRequest,
  live: KubeObject | undefined,
  config: KubeObject,
): Extract<Applied, { ok: true }> {
  const untyped = request.type.untyped?.(config);
  if (untyped) throw plainError(`failed to create typed patch object: ${untyped}`);
  let result: Applied;
  try {
    const writer = writerOf(state, request, 'Apply');
    result = applyFields(live, config, request.type.schema, writer, request.force);
  } catch (error) {
    if (error instanceof DuplicateItemError)
      throw plainError(`failed to create typed patch object: ${error.message}`);
    throw error;
  }
  if (!result.ok) throw applyConflict(result.conflicts);
  return result;
}

/** Fields that the endpoint would reset are not part of the configuration, so nobody comes to own them. */
function confineConfiguration(request: WriteRequest, config: KubeObject): KubeObject {
  if (request.subresource === 'status') {
    const { name, namespace, uid, resourceVersion } = config.metadata;
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    return {
      apiVersion: config.apiVersion,
      kind: config.kind,
      metadata,
      ...(config.status === undefined ? {} : { status: config.status }),
    };
  }
  return without(config, request.type.hasStatus ? 'status' : undefined);
}

function applyConflict(conflicts: readonly FieldConflict[]): ApiError {
  const causes = conflicts.flatMap(({ with: entry, fields }) => {
    const using = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
    const place = entry.subresource ? ` with subresource ${JSON.stringify(entry.subresource)}` : '';
    return pathsOf(fields).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${JSON.stringify(entry.manager)}${place}${using}`,
      field,
    }));
  });
  const count = `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}`;
  const [first] = causes;
  const message =
    causes.length === 1 && first
      ? `${count}: ${first.message}: ${first.field}`
      : `${count}: ${causes.map((cause) => `${cause.message}:\n- ${cause.field}`).join('\n')}`;
  return new ApiError(409, 'Conflict', message, { causes });
}
