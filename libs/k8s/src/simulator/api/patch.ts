import { type KubeObject } from '@keelson/domain';
import { type Operation, applyOperation, getValueByPointer } from 'fast-json-patch';
import { type Schema, fieldSchema, itemSchema } from '../fields/schema';
import { type JsonObject, dropNulls, isObject } from '../json';
import { ApiError, badRequest, unsupportedMediaType } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { type ResourceType } from './resource-type';
import { checkVersion, getObject, replace } from './update';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** @throws when the type is not patched in this format */
export function checkMediaType({ custom }: Pick<ResourceType, 'custom'>, mediaType: string): void {
  const taken = custom ? [JSON_PATCH, MERGE_PATCH] : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH];
  if (!taken.includes(mediaType)) throw unsupportedMediaType(mediaType, [...taken, APPLY_PATCH]);
}

/** PATCH with anything but a server-side apply. */
export function patchObject(
  state: ClusterState,
  request: WriteRequest,
  mediaType: string,
  patch: unknown,
): KubeObject {
  // Before anybody looks for the object.
  checkMediaType(request.type, mediaType);
  const live = getObject(state, request);
  const next = patched(request.type, mediaType, live, patch);
  // Only what the patch itself says is a precondition; the rest of `next` is the live object's own.
  checkVersion(request.type, next, live);
  return replace(state, request, live, next);
}

/**
 * The object with the patch made on it; nothing is checked but that an object is left.
 * @param mediaType one that {@link checkMediaType} let pass
 */
export function patched(
  type: Pick<ResourceType, 'schema'>,
  mediaType: string,
  live: KubeObject,
  patch: unknown,
): KubeObject {
  const result = patchedBy(type, mediaType, live, patch);
  if (!isObject(result) || !isObject(result.metadata)) throw badRequest('the patch leaves no object');
  return dropNulls(result) as KubeObject;
}

function patchedBy(
  { schema }: Pick<ResourceType, 'schema'>,
  mediaType: string,
  live: KubeObject,
  patch: unknown,
): unknown {
  if (mediaType === JSON_PATCH) return applyJsonPatch(live, patch);
  return mediaType === MERGE_PATCH ? mergePatch(live, patch) : strategicPatch(live, patch, schema);
}

function applyJsonPatch(live: KubeObject, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON Patch is a list of operations');
  try {
    return (patch as Operation[]).reduce<unknown>(
      (document, operation) =>
        applyOperation(document, asTaken(document, operation), true, false).newDocument,
      live,
    );
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

/** Unlike RFC 6902, a server lets `replace` add a member that an object does not have. */
function asTaken(document: unknown, operation: Operation): Operation {
  if (operation.op !== 'replace') return operation;
  const { path, value } = operation as { path: string; value: unknown };
  const parent: unknown = getValueByPointer(document, path.slice(0, path.lastIndexOf('/')));
  return isObject(parent) ? { op: 'add', path, value } : operation;
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
 * Strategic merge: lists of the types' merge keys are merged by the first key and lists of scalars that merge by
 * value; `$patch: delete | replace` is honoured; ordering directives only order and are dropped.
 * Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
 */
function strategicPatch(target: unknown, patch: unknown, schema: Schema): unknown {
  if (Array.isArray(patch)) return Array.isArray(target) ? mergeLists(target, patch, schema) : patch;
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

function mergeLists(target: unknown[], patch: unknown[], schema: Schema): unknown[] {
  if (schema.set) {
    const added = patch.filter((item) => !target.includes(item));
    return inPatchOrder(target, [...target, ...added], patch, (item) => item);
  }
  if (!schema.keys) return patch;
  // `containerPort` of containers, `port` of Services, else the only key: patchMergeKey is one field.
  const key = schema.keys.find((name) => name !== 'protocol') ?? '';
  const keyOf = (item: unknown) => (isObject(item) ? item[key] : undefined);
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
  return inPatchOrder(target, result, patch, keyOf);
}

/**
 * What the patch names comes in its order; what only the server has keeps its own and goes before the first item
 * that it already stood before.
 */
function inPatchOrder(
  live: readonly unknown[],
  merged: readonly unknown[],
  patch: readonly unknown[],
  keyOf: (item: unknown) => unknown,
): unknown[] {
  const placesIn = (list: readonly unknown[]) => {
    const keys = list.map(keyOf);
    return (item: unknown) => keys.indexOf(keyOf(item));
  };
  const placeInPatch = placesIn(patch);
  const placeInLive = placesIn(live);
  const rest = merged.filter((item) => placeInPatch(item) < 0);
  rest.sort((a, b) => placeInLive(a) - placeInLive(b));
  const named = merged.filter((item) => placeInPatch(item) >= 0);
  named.sort((a, b) => placeInPatch(a) - placeInPatch(b));
  const result: unknown[] = [];
  for (const item of named) {
    while (rest.length > 0 && placeInLive(rest[0]) < placeInLive(item)) result.push(rest.shift());
    result.push(item);
  }
  return [...result, ...rest];
}

const directiveFree = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([field]) => !field.startsWith('$')));
