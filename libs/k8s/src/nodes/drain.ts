import type { KubeObject, PodName } from '@keelson/domain';
import { mapAtMost } from '../apply/in-turn';
import { classify } from '../client/classify';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError, NetworkError } from '../client/errors';
import { Backoff } from '../watch/backoff';
import { observeNode } from './observe-node';
import { podsToLeave } from './pods-on-node';

export interface DrainPass {
  /** Pods that must leave the node and are still there, those on their way out included. */
  readonly left: number;
  /** Why some of them may not be evicted yet. */
  readonly held?: { readonly pods: number; readonly message: string };
  readonly deleted: readonly PodName[];
  /** When to look again; milliseconds. */
  readonly againMs: number;
}

/** Requests in flight for one node, so that the drain of a full one leaves room for everything else. */
const AT_ONCE = 4;
/** Between two looks at pods that are on their way out. */
const LOOK_MS = { minMs: 500, maxMs: 5_000 };
/** Between two tries at a pod that its budget holds. `kubectl drain` waits 5 s. */
const RETRY_MS = { minMs: 1_000, maxMs: 15_000 };

export interface DrainOf {
  readonly node: string;
  /** Of the Node object: another machine may have taken its name. */
  readonly uid: string;
}

interface Held {
  readonly backoff: Backoff;
  until: number;
  message: string;
}

/**
 * Evicts the pods of one cordoned node, a pass at a time; it never waits. What it remembers is only when to try a pod
 * again that its budget holds, so that a restart costs one try too early. It never gives up.
 */
export class NodeDrain {
  private readonly held = new Map<string, Held>();
  private readonly look: Backoff;
  private before = -1;

  constructor(
    private readonly client: Pick<ClusterClient, 'request'>,
    private readonly node: DrainOf,
    private readonly random: () => number = Math.random,
  ) {
    this.look = new Backoff(LOOK_MS, random);
  }

  /**
   * `force`: deletes what is left without grace, and without asking budgets: the node is dead, so nothing that runs is
   * stopped by it, and nothing else would ever take the pods away. That is asked once more first: whoever decided it may
   * have been stopped since, or cut off from the cluster.
   * @param now milliseconds of a clock that nobody sets, else a pod that is held could wait for as long as it was set back
   * @throws ApiError, NetworkError when the cluster cannot be asked at all
   */
  async pass(force: boolean, now: number, signal: AbortSignal): Promise<DrainPass> {
    const pods = await podsToLeave(this.client, this.node.node, signal);
    const present = new Set(pods.map(uidOf));
    for (const uid of this.held.keys()) if (!present.has(uid)) this.held.delete(uid);
    const isDead = force && pods.length > 0 && (await this.isDead(signal));
    const deleted = isDead ? await this.deleteAll(pods, now, signal) : [];
    if (!force) await this.evictDue(pods, now, signal);
    if (pods.length !== this.before) this.look.reset();
    this.before = pods.length;
    const held = [...this.held.values()];
    const [first] = held;
    return {
      left: pods.length - deleted.length,
      deleted,
      ...(first ? { held: { pods: held.length, message: first.message } } : {}),
      againMs: this.look.next(),
    };
  }

  private async isDead(signal: AbortSignal): Promise<boolean> {
    const { node, uid } = this.node;
    try {
      const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
      const live = observeNode(await this.client.request<KubeObject>('GET', path, { signal }));
      return live.uid === uid && !live.ready;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }

  private async evictDue(pods: readonly KubeObject[], now: number, signal: AbortSignal): Promise<void> {
    const due = pods.filter(
      (pod) => !pod.metadata.deletionTimestamp && (this.held.get(uidOf(pod))?.until ?? 0) <= now,
    );
    await mapAtMost(due, AT_ONCE, async (pod) => {
      try {
        await evict(this.client, pod, signal);
        this.held.delete(uidOf(pod));
      } catch (error) {
        if (signal.aborted || error instanceof NetworkError) throw error;
        this.hold(pod, error, now);
      }
    });
  }

  private hold(pod: KubeObject, error: unknown, now: number): void {
    const { message, retryAfterMs } = classify(error);
    const known = this.held.get(uidOf(pod));
    const backoff = known?.backoff ?? new Backoff(RETRY_MS, this.random);
    const why = error instanceof ApiError ? causeOf(error) : '';
    const text = `in namespace ${pod.metadata.namespace}: ${message}${why}`;
    this.held.set(uidOf(pod), { backoff, until: now + backoff.next(retryAfterMs), message: text });
  }

  /** What the cluster refuses to delete is told of as what budgets hold, and keeps nothing else on the node. */
  private async deleteAll(pods: readonly KubeObject[], now: number, signal: AbortSignal): Promise<PodName[]> {
    const outcomes = await mapAtMost(pods, AT_ONCE, async (pod) => {
      try {
        const gone = await deleteAtOnce(this.client, pod, signal);
        this.held.delete(uidOf(pod));
        const { namespace = '', name, uid = '' } = pod.metadata;
        return gone ? [{ namespace, name, uid }] : [];
      } catch (error) {
        if (signal.aborted || error instanceof NetworkError) throw error;
        this.hold(pod, error, now);
        return [];
      }
    });
    return outcomes.flat();
  }
}

const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? '';

/** The API server's own words for which budget it was. */
const causeOf = ({ details }: ApiError): string => {
  const [cause] = details?.causes ?? [];
  return cause?.message ? ` (${cause.message})` : '';
};

const pathOf = ({ metadata: { namespace = '', name } }: KubeObject): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;

/**
 * The version of Eviction that a server takes is policy/v1beta1 up to 1.21 and policy/v1 from 1.22 on; one that is not
 * named is its own, on every version. A pod that is gone, or another of its name, needs no eviction.
 */
const evict = async (
  client: Pick<ClusterClient, 'request'>,
  pod: KubeObject,
  signal: AbortSignal,
): Promise<void> => {
  const { namespace, name, uid } = pod.metadata;
  try {
    await client.request('POST', `${pathOf(pod)}/eviction`, {
      body: { metadata: { namespace, name }, deleteOptions: { preconditions: { uid } } },
      signal,
    });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};

/** False when somebody else was faster. */
const deleteAtOnce = async (
  client: Pick<ClusterClient, 'request'>,
  pod: KubeObject,
  signal: AbortSignal,
): Promise<boolean> => {
  const { uid } = pod.metadata;
  try {
    await client.request('DELETE', pathOf(pod), {
      body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } },
      signal,
    });
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
};

const isGone = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 404 || error.status === 409);
