import { FIELD_MANAGER, type KubeObject } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError } from '../client/errors';
import { objectPath, type ApiResource } from '../discovery/resource';
import { MUST_NOT_EXIST, type Live } from './fence';

type Requester = Pick<ClusterClient, 'request'>;

/**
 * One server-side apply. `onto` is what it was decided on: the API server answers 409 when the live object is
 * another one by now. Without it the apply is not fenced, which only a dry run may be.
 */
export const patch = (
  client: Requester,
  resource: ApiResource,
  body: KubeObject,
  options: { readonly onto?: Live; readonly dryRun?: boolean; readonly signal?: AbortSignal },
): Promise<KubeObject> =>
  client.request<KubeObject>('PATCH', objectPath(resource, body.metadata), {
    query: { fieldManager: FIELD_MANAGER, force: true, ...(options.dryRun ? { dryRun: 'All' } : {}) },
    contentType: 'application/apply-patch+yaml',
    body: options.onto === undefined ? body : fenced(body, options.onto),
    signal: options.signal,
  });

/** The uid besides the version: without it an apply onto an object that was pruned meanwhile would bring it back. */
const fenced = (body: KubeObject, onto: Live): KubeObject => {
  const seen =
    onto === 'absent'
      ? { resourceVersion: MUST_NOT_EXIST }
      : { uid: onto.metadata.uid, resourceVersion: onto.metadata.resourceVersion };
  return { ...body, metadata: { ...body.metadata, ...seen } };
};

/** The live object by GET; `absent` when the API server itself says so (a proxy's 404 has no `Status`). */
export const readLive = async (
  client: Requester,
  resource: ApiResource,
  ref: { readonly namespace?: string; readonly name: string },
  signal?: AbortSignal,
): Promise<Live> => {
  try {
    return await client.request<KubeObject>('GET', objectPath(resource, ref), { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && error.reason === 'NotFound') return 'absent';
    throw error;
  }
};
