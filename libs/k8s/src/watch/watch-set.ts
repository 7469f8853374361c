import { APPLICATION_LABEL, groupOf, type KubeObject, type ObjectRef } from '@keelson/domain';
import type { Lookup, LiveCache } from '../apply/deps';
import type { Classified } from '../client/classify';
import type { ClusterClient } from '../client/cluster-client';
import type { Discovery } from '../discovery/discovery';
import { Informer, type InformerEvent, type InformerOptions, type InformerPhase } from './informer';
import { cacheKey } from './object-cache';

export interface WatchedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What an informer tells, and of which kind. */
export type WatchSetEvent = InformerEvent & { readonly of: WatchedKind };

export interface WatchSetOptions extends Pick<
  InformerOptions,
  'pageSize' | 'livenessMs' | 'absentRetryMs' | 'backoff' | 'onFollowing' | 'transform' | 'random'
> {
  readonly client: Pick<ClusterClient, 'request' | 'stream'>;
  readonly discovery: Pick<Discovery, 'resolve' | 'invalidate'>;
  /** Default: every object that carries the label of an application. */
  readonly labelSelector?: string;
}

export interface WatchState extends WatchedKind {
  readonly phase: InformerPhase;
  readonly synced: boolean;
  readonly objects: number;
  readonly lastError?: Classified;
}

interface Watched {
  readonly of: WatchedKind;
  readonly informer: Informer;
}

/**
 * One cluster's informers: a kind is watched, over all namespaces, from the first plan that names it.
 * It is the applier's `LiveCache`.
 */
export class WatchSet implements LiveCache {
  readonly #options: WatchSetOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #listeners = new Set<(event: WatchSetEvent) => void>();
  #stopped = false;

  constructor(options: WatchSetOptions) {
    this.#options = options;
  }

  /** Told of every event until the returned function is called. */
  subscribe(listener: (event: WatchSetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Watches a kind from now on; at once if it was paused because the cluster did not serve it.
   * `labelSelector` replaces the set's own for this kind (empty: every object), `listsAgain` is the informer's; the first
   * call decides.
   */
  ensure(
    apiVersion: string,
    kind: string,
    { labelSelector, listsAgain = false }: Pick<InformerOptions, 'labelSelector' | 'listsAgain'> = {},
  ): void {
    if (this.#stopped) return;
    const key = kindKey(apiVersion, kind);
    const known = this.#watched.get(key);
    if (known) {
      if (known.informer.phase === 'Absent') known.informer.wake();
      return;
    }
    const of = { apiVersion, kind };
    const { discovery, ...options } = this.#options;
    const informer = new Informer(
      {
        ...options,
        labelSelector: (labelSelector ?? options.labelSelector ?? APPLICATION_LABEL) || undefined,
        listsAgain,
        resolve: (afresh) => {
          if (afresh) discovery.invalidate(groupOf(apiVersion));
          return discovery.resolve(apiVersion, kind);
        },
      },
      (event) => this.#tell({ ...event, of }),
    );
    this.#watched.set(key, { of, informer });
    informer.start();
  }

  lookup(ref: ObjectRef): Lookup {
    const watched = this.#watched.get(kindKey(ref.apiVersion, ref.kind));
    return watched ? watched.informer.lookup(cacheKey(ref.namespace, ref.name)) : 'unknown';
  }

  refusal({ apiVersion, kind }: WatchedKind): string | undefined {
    return this.#watched.get(kindKey(apiVersion, kind))?.informer.refusal;
  }

  store(object: KubeObject): void {
    this.#watched.get(kindKey(object.apiVersion, object.kind))?.informer.store(object);
  }

  /** The cached objects of a kind; none when it is not watched. */
  *objects(apiVersion: string, kind: string): Generator<KubeObject> {
    const watched = this.#watched.get(kindKey(apiVersion, kind));
    if (watched) yield* watched.informer.objects();
  }

  /** Ends every pause: the cluster is known to be back. */
  wake(): void {
    for (const { informer } of this.#watched.values()) informer.wake();
  }

  /** Trusts no open watch any more, and asks for none until it is woken: the cluster is known to be away. */
  suspend(): void {
    for (const { informer } of this.#watched.values()) informer.suspend();
  }

  /** Whether more kinds are about to be followed: listed for the first time, or anew. */
  get isOpening(): boolean {
    return [...this.#watched.values()].some(
      ({ informer: { phase } }) => phase === 'Stopped' || phase === 'Listing',
    );
  }

  states(): WatchState[] {
    return [...this.#watched.values()].map(({ of, informer }) => ({
      ...of,
      phase: informer.phase,
      synced: informer.synced,
      objects: informer.size,
      ...(informer.lastError ? { lastError: informer.lastError } : {}),
    }));
  }

  /** True when every kind has been listed or is not served; false when that takes longer. */
  waitForSync(timeoutMs: number): Promise<boolean> {
    if (this.#isSynced()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (synced: boolean) => {
        clearTimeout(timer);
        unsubscribe();
        resolve(synced);
      };
      const timer = setTimeout(() => settle(false), timeoutMs);
      const unsubscribe = this.subscribe(() => {
        if (this.#isSynced()) settle(true);
      });
    });
  }

  /** Ends all watches; the set is not used again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#watched.values()].map(({ informer }) => informer.stop()));
  }

  #isSynced(): boolean {
    return [...this.#watched.values()].every(
      ({ informer }) => informer.synced || informer.phase === 'Absent',
    );
  }

  #tell(event: WatchSetEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** By group, not version: one object is the same in all versions that its group is served in. */
const kindKey = (apiVersion: string, kind: string): string => `${groupOf(apiVersion)}/${kind}`;
