import { type KubeObject } from '@keelson/domain';
import { type Operation, applyPatch } from 'fast-json-patch';
import { type Schema, fieldSchema, itemSchema } from '../fields/schema';
import { type JsonObject, dropNulls, isObject } from '../json';
import { ApiError, badRequest, unsupportedMediaType } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { type ResourceType } from './resource-type';
import { checkPreconditions, getObject, replace } from './update';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** PATCH with anything but a server-side apply. */
export function patchObject(
  state: ClusterState,
  request: WriteRequest,
  mediaType: string,
  patch: unknown,
): KubeObject {
  const live = getObject(state, request);
  const next = patched(request.type, mediaType, live, patch);
  // Only what the patch itself says is a precondition; the rest of `next` is the live object's own.
  checkPreconditions(request.type, next, live);
  return replace(state, request, live, next);
}

/** The object with the patch made on it; nothing is checked but that an object is left. */
export function patched(
  type: Pick<ResourceType, 'custom' | 'schema'>,
  mediaType: string,
  live: KubeObject,
  patch: unknown,
): KubeObject {
  const result = patchedBy(type, mediaType, live, patch);
  if (!isObject(result) || !isObject(result.metadata)) throw badRequest('the patch leaves no object');
  return dropNulls(result) as KubeObject;
}

function patchedBy(
  type: Pick<ResourceType, 'custom' | 'schema'>,
  mediaType: string,
  live: KubeObject,
  patch: unknown,
): unknown {
  switch (mediaType) {
    case JSON_PATCH:
      return applyJsonPatch(live, patch);
    case MERGE_PATCH:
      return mergePatch(live, patch);
    case STRATEGIC_PATCH:
      if (!type.custom) return strategicPatch(live, patch, type.schema);
      throw unsupportedMediaType(mediaType, [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]);
    default:
      throw unsupportedMediaType(mediaType, [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH]);
  }
}

function applyJsonPatch(live: KubeObject, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON Patch is a list of operations');
  try {
    return applyPatch(live, patch as Operation[], true, false).newDocument;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new ApiError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${why}`,
      {},
    );
  }
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const field in patch) {
    if (patch[field] === null) delete result[field];
    else result[field] = mergePatch(result[field], patch[field]);
  }
  return result;
}

/**
 * Strategic merge: lists of the types' merge keys are merged by the first key, `$patch: delete | replace`
 * is honoured; ordering directives only order and are dropped.
 */
function strategicPatch(target: unknown, patch: unknown, schema: Schema): unknown {
  if (Array.isArray(patch)) {
    return schema.keys && Array.isArray(target) ? mergeByKey(target, patch, schema) : patch;
  }
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'replace') return directiveFree(patch);
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const field in patch) {
    if (field.startsWith('$')) continue;
    if (patch[field] === null) delete result[field];
    else result[field] = strategicPatch(result[field], patch[field], fieldSchema(schema, field));
  }
  return result;
}

function mergeByKey(target: unknown[], patch: unknown[], schema: Schema): unknown[] {
  // `containerPort` of containers, `port` of Services, else the only key: patchMergeKey is one field.
  const key = schema.keys?.find((name) => name !== 'protocol') ?? '';
  const items = itemSchema(schema);
  const result = [...target];
  for (const change of patch) {
    if (!isObject(change)) continue;
    const index = result.findIndex((item) => isObject(item) && item[key] === change[key]);
    if (change.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(directiveFree(change));
    else result[index] = strategicPatch(result[index], change, items);
  }
  return result;
}

const directiveFree = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([field]) => !field.startsWith('$')));
