import { type KubeObject, type ObjectRef } from '@keelson/domain';
import { applicationOf, generationOf } from '../apply/fence';
import { mapAtMost } from '../apply/in-turn';
import { readLive } from '../apply/patch';
import { classify, ClassifiedError, type Classified } from '../client/classify';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError } from '../client/errors';
import { UnknownKindError, type Discovery } from '../discovery/discovery';
import { objectPath, placedRef, type ApiResource } from '../discovery/resource';

export interface PruneDeps {
  readonly client: Pick<ClusterClient, 'request'>;
  readonly discovery: Pick<Discovery, 'resolve'>;
}

/** An object of the inventory that must be gone; `uid` as it was when we applied it. */
export interface Owed {
  readonly ref: ObjectRef;
  readonly uid?: string;
}

export interface PruneOptions {
  readonly application: string;
  /** The plan that no longer has these objects. A live object of a higher generation is wanted again by a newer one. */
  readonly generation?: number;
  readonly signal?: AbortSignal;
}

/**
 * - `Deleted`: we deleted it and a GET answered 404; `Gone`: a GET answered 404 at once;
 * - `Waiting`: being deleted, for as long as `finalizers` (or the grace period) hold it;
 * - `NotOurs`: it lacks this application's label, so it is never deleted;
 * - `Stale`: a newer generation applied it again, so it must stay;
 * - `Failed`: see `error`. Only `Deleted`, `Gone`, `NotOurs` and `Stale` settle what is owed.
 */
export type PruneOutcome = 'Deleted' | 'Gone' | 'Waiting' | 'NotOurs' | 'Stale' | 'Failed';

export interface Pruned {
  readonly ref: ObjectRef;
  readonly outcome: PruneOutcome;
  readonly finalizers?: readonly string[];
  readonly error?: Classified;
}

const UNDER_WAY = 16;
const ATTEMPTS = 4;

/** Deletes objects that a plan no longer has, all at once; call it for each wave, in the reverse of the apply's order. */
export const prune = (
  deps: PruneDeps,
  owed: readonly Owed[],
  options: PruneOptions,
): Promise<readonly Pruned[]> =>
  mapAtMost(owed, UNDER_WAY, async (item) => {
    options.signal?.throwIfAborted();
    try {
      return await pruneOne(deps, item, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      return { ref: item.ref, outcome: 'Failed', error: classify(error) };
    }
  });

const pruneOne = async (deps: PruneDeps, { ref }: Owed, options: PruneOptions): Promise<Pruned> => {
  const resource = await served(deps, ref);
  if (!resource) return { ref, outcome: 'Gone' };
  const place = placedRef(resource, ref);
  let deleted: string | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const live = await readLive(deps.client, resource, place, options.signal);
    if (live === 'absent') return { ref, outcome: deleted === undefined ? 'Gone' : 'Deleted' };
    if (applicationOf(live) !== options.application) {
      // Of the object that we deleted nothing is left, and another took its name.
      return { ref, outcome: deleted === undefined || deleted === live.metadata.uid ? 'NotOurs' : 'Deleted' };
    }
    if (options.generation !== undefined && generationOf(live) > options.generation) {
      return { ref, outcome: 'Stale' };
    }
    if (live.metadata.deletionTimestamp) {
      return { ref, outcome: 'Waiting', finalizers: finalizersOf(live) };
    }
    if (await remove(deps, resource, live, options)) deleted = live.metadata.uid;
  }
  throw new ClassifiedError('transient', `it changed under ${ATTEMPTS} attempts to delete it`);
};

/** A kind that is not served has no objects: deleting a CustomResourceDefinition deletes them with it. */
const served = async (deps: PruneDeps, ref: ObjectRef): Promise<ApiResource | undefined> => {
  try {
    return await deps.discovery.resolve(ref.apiVersion, ref.kind);
  } catch (error) {
    if (error instanceof UnknownKindError) return undefined;
    throw error;
  }
};

/**
 * Deletes exactly what was read: the uid keeps a namesake safe, the resourceVersion an object whose label or
 * generation changed since. False when it had changed; read again.
 */
const remove = async (
  deps: PruneDeps,
  resource: ApiResource,
  live: KubeObject,
  options: PruneOptions,
): Promise<boolean> => {
  const { uid, resourceVersion } = live.metadata;
  try {
    await deps.client.request('DELETE', objectPath(resource, live.metadata), {
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        preconditions: { uid, resourceVersion },
      },
      signal: options.signal,
    });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return true;
    if (error instanceof ApiError && error.status === 409) return false;
    throw error;
  }
};

const finalizersOf = (object: KubeObject): readonly string[] => {
  const finalizers = object.metadata['finalizers'];
  return Array.isArray(finalizers) ? finalizers.map(String) : [];
};
