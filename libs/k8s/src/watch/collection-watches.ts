import { groupOf, type KubeObject } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import type { Discovery } from '../discovery/discovery';
import { Informer, type InformerEvent, type InformerOptions } from './informer';

/** Objects of one kind in one namespace that a label selector picks. */
export interface Collection {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly labelSelector: string;
}

export interface CollectionWatchesOptions extends Pick<
  InformerOptions,
  'pageSize' | 'livenessMs' | 'absentRetryMs' | 'backoff' | 'transform' | 'random'
> {
  readonly client: Pick<ClusterClient, 'request' | 'stream'>;
  readonly discovery: Pick<Discovery, 'resolve' | 'invalidate'>;
}

interface Watched {
  readonly informer: Informer;
  readonly followers: Set<string>;
}

/**
 * Watches that last as long as somebody follows them: the pods and ReplicaSets of a workload in the middle of its
 * batches. Watching every pod of a cluster instead would cost memory for a hundred thousand pods that nobody asks about.
 */
export class CollectionWatches {
  readonly #options: CollectionWatchesOptions;
  readonly #listener: (follower: string) => void;
  readonly #watched = new Map<string, Watched>();
  /** By follower, the keys of what it follows. */
  readonly #followed = new Map<string, ReadonlySet<string>>();
  readonly #closing = new Set<Promise<void>>();

  /** The listener is told which follower has something new to look at. */
  constructor(options: CollectionWatchesOptions, listener: (follower: string) => void) {
    this.#options = options;
    this.#listener = listener;
  }

  /** From now on the follower follows these and no others. */
  follow(follower: string, collections: readonly Collection[]): void {
    const wanted = new Set(collections.map(keyOf));
    for (const key of this.#followed.get(follower) ?? []) if (!wanted.has(key)) this.#leave(key, follower);
    if (wanted.size > 0) this.#followed.set(follower, wanted);
    else this.#followed.delete(follower);
    for (const collection of collections) this.#open(collection).followers.add(follower);
  }

  /** `unknown` until the collection was listed, and while its watch is broken. */
  objects(collection: Collection): readonly KubeObject[] | 'unknown' {
    const informer = this.#watched.get(keyOf(collection))?.informer;
    if (!informer?.synced || informer.phase === 'Waiting' || informer.phase === 'Absent') return 'unknown';
    return [...informer.objects()];
  }

  /** What the API server says to the first collection of the follower that it does not let us follow. */
  refusal(follower: string): string | undefined {
    for (const key of this.#followed.get(follower) ?? []) {
      const refusal = this.#watched.get(key)?.informer.refusal;
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Takes the answer to our own write, so that no decision is made on a copy older than it. */
  store(object: KubeObject): void {
    for (const [key, { informer }] of this.#watched) {
      if (key.startsWith(placeOf(object.apiVersion, object.kind, object.metadata.namespace)))
        informer.store(object);
    }
  }

  /** Ends every pause: the cluster is known to be back. */
  wake(): void {
    for (const { informer } of this.#watched.values()) informer.wake();
  }

  /** Trusts no open watch any more, and asks for none until it is woken: the cluster is known to be away. */
  suspend(): void {
    for (const { informer } of this.#watched.values()) informer.suspend();
  }

  async stop(): Promise<void> {
    const open = [...this.#watched.values()].map(({ informer }) => informer.stop());
    this.#watched.clear();
    this.#followed.clear();
    await Promise.all([...open, ...this.#closing]);
  }

  #leave(key: string, follower: string): void {
    const watched = this.#watched.get(key);
    if (!watched?.followers.delete(follower) || watched.followers.size > 0) return;
    this.#watched.delete(key);
    const closing = watched.informer.stop().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #open(collection: Collection): Watched {
    const key = keyOf(collection);
    const known = this.#watched.get(key);
    if (known) return known;
    const { apiVersion, kind, namespace, labelSelector } = collection;
    const { discovery, ...options } = this.#options;
    const followers = new Set<string>();
    const informer = new Informer(
      {
        ...options,
        namespace,
        labelSelector,
        onFollowing: () => this.#ask(followers),
        resolve: (afresh) => {
          if (afresh) discovery.invalidate(groupOf(apiVersion));
          return discovery.resolve(apiVersion, kind);
        },
      },
      (event) => this.#tell(event, followers),
    );
    const watched = { informer, followers };
    this.#watched.set(key, watched);
    informer.start();
    return watched;
  }

  /** The answers to our own writes are no news to those who wrote; a failing watch is seen by the cluster's own. */
  #tell(event: InformerEvent, followers: ReadonlySet<string>): void {
    if (event.type === 'ERROR' || ('source' in event && event.source === 'own')) return;
    this.#ask(followers);
  }

  #ask(followers: ReadonlySet<string>): void {
    for (const follower of followers) this.#listener(follower);
  }
}

const placeOf = (apiVersion: string, kind: string, namespace = ''): string =>
  `${groupOf(apiVersion)}/${kind}/${namespace}/`;

const keyOf = ({ apiVersion, kind, namespace, labelSelector }: Collection): string =>
  `${placeOf(apiVersion, kind, namespace)}${labelSelector}`;
