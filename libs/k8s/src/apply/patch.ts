import { FIELD_MANAGER, type KubeObject } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError } from '../client/errors';
import { objectPath, type ApiResource } from '../discovery/resource';
import { withKnownPolicy } from './eviction-policy';
import { MUST_NOT_EXIST, type Live } from './fence';

type Requester = Pick<ClusterClient, 'request'>;

/**
 * One server-side apply. `onto` is what it was decided on: the API server answers 409 when the live object is
 * another one by now. Without it the apply is not fenced, which only a dry run may be.
 */
export const patch = async (
  client: Requester,
  resource: ApiResource,
  body: KubeObject,
  options: {
    readonly onto?: Live;
    readonly dryRun?: boolean;
    /** Default: Keelson's own. */
    readonly fieldManager?: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<KubeObject> => {
  const { fieldManager = FIELD_MANAGER } = options;
  const request = (object: KubeObject) =>
    client.request<KubeObject>('PATCH', objectPath(resource, object.metadata), {
      query: { fieldManager, force: true, ...(options.dryRun ? { dryRun: 'All' } : {}) },
      contentType: 'application/apply-patch+yaml',
      body: object,
      signal: options.signal,
    });
  const send = (object: KubeObject) => withKnownPolicy(client, object, request);
  if (options.onto === undefined) return send(body);
  try {
    return await send(fenced(body, options.onto));
  } catch (error) {
    if (options.onto !== 'absent' || !isVersionOnCreate(error)) throw error;
    return send(body);
  }
};

/**
 * Old API servers (seen on 1.20.2) create a Service by a path of its own that refuses any version. It says so only
 * after it has looked and found nothing, so the fence is open for no longer than the next request is under way.
 */
const isVersionOnCreate = (error: unknown): boolean =>
  error instanceof ApiError &&
  /resourceVersion should not be set on objects to be created/.test(error.message);

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
