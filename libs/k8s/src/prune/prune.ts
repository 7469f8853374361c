import { APPLICATION_LABEL, GENERATION_ANNOTATION, PLAN_ANNOTATION } from '@keelson/domain';
import type { KubeObject, ObjectRef } from '@keelson/domain';
import type { LiveCache } from '../apply/deps';
import { mapAtMost } from '../apply/in-turn';
import { CREATED_NAMESPACE_FOR } from '../apply/namespaces';
import { readLive } from '../apply/patch';
import { classify, ClassifiedError, type Classified } from '../client/classify';
import { ApiError } from '../client/errors';
import { UnknownKindError } from '../discovery/discovery';
import { objectPath, placedRef, type ApiResource } from '../discovery/resource';
import { claimOn, type Claimant, type Owed } from './claim';
import { leftInside, type InsideDeps } from './left-inside';

export interface PruneDeps extends InsideDeps {
  /** What it shows is believed only as far as a DELETE's preconditions check it: it saves the GET before it. */
  readonly cache?: Pick<LiveCache, 'lookup'>;
}

export interface PruneOptions extends Claimant {
  readonly signal?: AbortSignal;
}

/**
 * - `Deleted`: we deleted it, and the API server says that it is gone; `Gone`: a GET answered 404 at once;
 * - `Waiting`: being deleted, for as long as `finalizers` (or the grace period) hold it;
 * - `InUse`: deleting it would take something along that is still Keelson's; see `reason`;
 * - `Kept`: it is not ours to delete; `reason` says why;
 * - `Stale`: a newer generation applied it again, so it must stay: whoever asked is behind, and can say nothing of it;
 * - `Failed`: see `error`. Only `Deleted`, `Gone` and `Kept` settle what is owed.
 */
export type PruneOutcome = 'Deleted' | 'Gone' | 'Waiting' | 'InUse' | 'Kept' | 'Stale' | 'Failed';

export interface Pruned {
  readonly ref: ObjectRef;
  readonly outcome: PruneOutcome;
  readonly reason?: string;
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
      return { ref: item.ref, ...(await pruneOne(deps, item, options)) };
    } catch (error) {
      options.signal?.throwIfAborted();
      return { ref: item.ref, outcome: 'Failed', error: classify(error) };
    }
  });

type Verdict = Omit<Pruned, 'ref'>;

const pruneOne = async (deps: PruneDeps, owed: Owed, options: PruneOptions): Promise<Verdict> => {
  const resource = await served(deps, owed.ref);
  if (!resource) return { outcome: 'Gone' };
  const place = placedRef(resource, owed.ref);
  let deleted: string | undefined;
  const cached = deps.cache?.lookup(place);
  if (typeof cached === 'object' && isDeletable(cached, owed, options)) {
    const answer = await remove(deps, resource, cached, options);
    if (answer === 'gone') return { outcome: 'Deleted' };
    if (answer === 'accepted') deleted = cached.metadata.uid;
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const live = await readLive(deps.client, resource, place, options.signal);
    if (live === 'absent') return { outcome: deleted === undefined ? 'Gone' : 'Deleted' };
    // Of the object that we deleted nothing is left, and another took its name.
    if (deleted !== undefined && deleted !== live.metadata.uid) return { outcome: 'Deleted' };
    const settled = await judge(deps, resource, live, owed, options);
    if (settled) return settled;
    const answer = await remove(deps, resource, live, options);
    if (answer === 'gone') return { outcome: 'Deleted' };
    if (answer === 'accepted') deleted = live.metadata.uid;
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

const CONTAINERS: ReadonlySet<string> = new Set(['Namespace', 'CustomResourceDefinition']);

/** Whether a copy from the cache is enough to send a DELETE for; every other verdict is made on a GET. */
const isDeletable = (cached: KubeObject, owed: Owed, options: PruneOptions): boolean =>
  !CONTAINERS.has(cached.kind) &&
  cached.metadata.deletionTimestamp === undefined &&
  claimOn(cached, owed, options).act === 'Delete';

/** Undefined when it is to be deleted. */
const judge = async (
  deps: PruneDeps,
  resource: ApiResource,
  live: KubeObject,
  owed: Owed,
  options: PruneOptions,
): Promise<Verdict | undefined> => {
  const claim = claimOn(live, owed, options);
  if (claim.act === 'Stale') return { outcome: 'Stale' };
  if (claim.act === 'Keep') return kept(deps, resource, live, claim.reason, options);
  if (live.metadata.deletionTimestamp) return { outcome: 'Waiting', finalizers: finalizersOf(live) };
  const inside = await leftInside(deps, live, options.signal);
  if (inside.act === 'Keep') return kept(deps, resource, live, inside.reason, options);
  return inside.act === 'Wait' ? { outcome: 'InUse', reason: inside.message } : undefined;
};

/** What stays loses our marks, if it carries them and no other application's: nobody answers for it any more. */
const kept = async (
  deps: PruneDeps,
  resource: ApiResource,
  live: KubeObject,
  reason: string,
  { application, signal }: PruneOptions,
): Promise<Verdict> => {
  const { uid, resourceVersion, labels, annotations } = live.metadata;
  const owner = labels?.[APPLICATION_LABEL];
  const isMarked =
    owner === application || (owner === undefined && annotations?.[CREATED_NAMESPACE_FOR] !== undefined);
  if (CONTAINERS.has(live.kind) && isMarked) {
    const marks = [PLAN_ANNOTATION, GENERATION_ANNOTATION, CREATED_NAMESPACE_FOR];
    await deps.client.request('PATCH', objectPath(resource, live.metadata), {
      contentType: 'application/merge-patch+json',
      body: {
        metadata: {
          uid,
          resourceVersion,
          labels: { [APPLICATION_LABEL]: null },
          annotations: Object.fromEntries(marks.map((mark) => [mark, null])),
        },
      },
      signal,
    });
  }
  return { outcome: 'Kept', reason };
};

interface DeleteAnswer {
  readonly kind?: string;
  readonly status?: unknown;
  readonly details?: { readonly uid?: string };
}

/**
 * Deletes exactly what was read: the uid keeps a namesake safe, the resourceVersion an object whose label or
 * generation changed since. `changed` when it had; `accepted` when the server answers with the object, which is then
 * on its way; `gone` when it says that this very uid was removed.
 */
const remove = async (
  deps: PruneDeps,
  resource: ApiResource,
  live: KubeObject,
  options: PruneOptions,
): Promise<'gone' | 'accepted' | 'changed'> => {
  const { uid, resourceVersion } = live.metadata;
  try {
    const answer = await deps.client.request<DeleteAnswer>('DELETE', objectPath(resource, live.metadata), {
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        preconditions: { uid, resourceVersion },
      },
      signal: options.signal,
    });
    const isSuccess = answer.kind === 'Status' && answer.status === 'Success';
    return isSuccess && answer.details?.uid === uid ? 'gone' : 'accepted';
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return 'accepted';
    if (error instanceof ApiError && error.status === 409) return 'changed';
    throw error;
  }
};

const finalizersOf = (object: KubeObject): readonly string[] => {
  const finalizers = object.metadata['finalizers'];
  return Array.isArray(finalizers) ? finalizers.map(String) : [];
};
