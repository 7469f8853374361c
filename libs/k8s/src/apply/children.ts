import { FIELD_MANAGER, GENERATION_ANNOTATION, type KubeObject } from '@keelson/domain';
import { classify } from '../client/classify';
import { objectPath } from '../discovery/resource';
import type { ChildPatch, ChildRemoval } from '../drivers/types';
import type { ApplyDeps } from './deps';

const CONTENT_TYPES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/**
 * Sends one patch to the very object that it was decided on, and leaves the plan's generation on it. Undefined when that
 * object has changed or is gone: the decision is made anew from what is there then, so there is nothing to report.
 * @throws ApiError, NetworkError, UnknownKindError
 */
export const patchChild = async (
  deps: Pick<ApplyDeps, 'client' | 'discovery'>,
  { ref, uid, resourceVersion, type, patch }: ChildPatch,
  generation: number,
  signal?: AbortSignal,
): Promise<KubeObject | undefined> => {
  const resource = await deps.discovery.resolve(ref.apiVersion, ref.kind);
  const planned = patch['metadata'] as { readonly annotations?: object } | undefined;
  const annotations = { ...planned?.annotations, [GENERATION_ANNOTATION]: String(generation) };
  const metadata = { ...planned, annotations, uid, resourceVersion };
  try {
    const answer = await deps.client.request<KubeObject>('PATCH', objectPath(resource, ref), {
      query: { fieldManager: FIELD_MANAGER },
      contentType: CONTENT_TYPES[type],
      body: { ...patch, metadata },
      signal,
    });
    return { ...answer, apiVersion: resource.apiVersion, kind: resource.kind };
  } catch (error) {
    const { kind } = classify(error);
    if (kind === 'conflict' || kind === 'notFound') return undefined;
    throw error;
  }
};

/**
 * Deletes a child, if it still is as it was seen.
 * @throws ApiError, NetworkError, UnknownKindError
 */
export const removeChild = async (
  deps: Pick<ApplyDeps, 'client' | 'discovery'>,
  { ref, uid, resourceVersion }: ChildRemoval,
  signal?: AbortSignal,
): Promise<void> => {
  const resource = await deps.discovery.resolve(ref.apiVersion, ref.kind);
  try {
    await deps.client.request('DELETE', objectPath(resource, ref), {
      body: { preconditions: { uid, resourceVersion } },
      signal,
    });
  } catch (error) {
    const { kind } = classify(error);
    if (kind !== 'conflict' && kind !== 'notFound') throw error;
  }
};
