import type { KubeObject } from '@keelson/domain';
import { classify, type Classified } from '../client/classify';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError, NetworkError } from '../client/errors';
import { orAborted } from '../client/or-aborted';
import { UnknownKindError } from '../discovery/discovery';
import { collectionPath, type ApiResource } from '../discovery/resource';
import { Backoff, type BackoffLimits } from './backoff';
import { listAll } from './list-all';
import { ObjectCache, type CacheChange } from './object-cache';
import { watchEvents } from './watch-events';

export interface InformerOptions {
  readonly client: Pick<ClusterClient, 'request' | 'stream'>;
  /**
   * Asked before every list and watch, so that a kind may appear, vanish and change its version;
   * `afresh` when the server said 404 to what was resolved before.
   */
  readonly resolve: (afresh: boolean) => Promise<ApiResource>;
  readonly labelSelector?: string;
  /** Default: all namespaces. */
  readonly namespace?: string;
  /** Default 500. */
  readonly pageSize?: number;
  /** No byte for so long: reconnect. The server is asked to end each watch earlier than this. Default 120 s. */
  readonly livenessMs?: number;
  /** The pause before a kind that is not served is asked for again. Default 60 s. */
  readonly absentRetryMs?: number;
  readonly backoff?: BackoffLimits;
  /**
   * Lists anew after every break, instead of going on from where it was. A watch that is open again tells only bit by bit
   * what has happened meanwhile: until then the cache is of a time gone by, which must not be held against the clock.
   */
  readonly listsAgain?: boolean;
  /** A watch is open where none was: from now on lookups are answered. */
  readonly onFollowing?: () => void;
  /** Trims an object before it is kept and told of. */
  readonly transform?: (object: KubeObject) => KubeObject;
  readonly random?: () => number;
}

/**
 * `source` tells where a change was learned from: `own` is the answer to our own write (its echo in the watch is
 * not told again). A DELETED object may also have lost the label that the informer selects by.
 */
export type InformerEvent =
  | (CacheChange & { readonly source: 'list' | 'watch' | 'own' })
  | { readonly type: 'SYNCED' }
  | { readonly type: 'ERROR'; readonly error: Classified };

/** `Absent`: the cluster serves no such kind. `Waiting`: pausing after an error; the cache may be out of date. */
export type InformerPhase = 'Stopped' | 'Listing' | 'Watching' | 'Waiting' | 'Absent';

/** A watch that ends sooner without a word is a server in trouble, not one that ends watches by its timeout. */
const SHORTEST_WATCH_MS = 1_000;

/**
 * Keeps a copy of one collection by list and watch, for ever: whatever breaks is tried again. Our own, because the
 * watch of @kubernetes/client-node can hang or stop for good and asks for no bookmarks.
 */
export class Informer {
  phase: InformerPhase = 'Stopped';
  /** The cache has been complete once. */
  synced = false;
  lastError: Classified | undefined;
  readonly #options: InformerOptions;
  readonly #cache = new ObjectCache();
  readonly #listener: (event: InformerEvent) => void;
  readonly #backoff: Backoff;
  readonly #livenessMs: number;
  #stop = new AbortController();
  #wake = new AbortController();
  /** Ends what is in flight, and nothing more. */
  #attempt = new AbortController();
  #suspended = false;
  #running: Promise<void> | undefined;
  #version: string | undefined;
  #unreadable = 0;

  /** The listener must not throw; if it does, the error surfaces as an uncaught exception, as with an EventTarget. */
  constructor(options: InformerOptions, listener: (event: InformerEvent) => void) {
    this.#options = options;
    this.#listener = listener;
    this.#backoff = new Backoff(options.backoff, options.random);
    this.#livenessMs = options.livenessMs ?? 120_000;
  }

  start(): void {
    if (this.#running) return;
    this.#stop = new AbortController();
    this.#running = this.#run();
  }

  /** Resolves when nothing is in flight any more. The cache stays readable and is no longer trusted. */
  async stop(): Promise<void> {
    this.#stop.abort(new NetworkError('other', 'the informer was stopped'));
    this.#attempt.abort(this.#stop.signal.reason);
    this.#wake.abort();
    await this.#running;
    this.#running = undefined;
    this.phase = 'Stopped';
  }

  /** Ends a pause at once: the cluster is known to be back, or the kind to be served. */
  wake(): void {
    this.#suspended = false;
    this.#backoff.reset();
    this.#wake.abort();
  }

  /**
   * The cluster is known to be away: a watch whose connection was cut without a word would believe until its liveness
   * runs out that nothing has changed. It goes on from the same version when it is woken.
   */
  suspend(): void {
    this.#suspended = true;
    this.#attempt.abort(new NetworkError('timeout', 'the cluster does not answer'));
  }

  /**
   * `unknown` unless a watch is open: a cache that does not follow must not save a request. A kind that is not served
   * has no objects: who waited for its watch would wait for ever, and never tell that the kind is missing.
   */
  lookup(key: string): KubeObject | 'absent' | 'unknown' {
    const isKnown = this.phase === 'Watching' || this.phase === 'Absent';
    return isKnown ? (this.#cache.get(key) ?? 'absent') : 'unknown';
  }

  /** What the API server says if it does not let us follow the collection; asked again all the same. */
  get refusal(): string | undefined {
    const isRefused = this.phase !== 'Absent' && this.lastError?.kind === 'terminal';
    return isRefused ? this.lastError?.message : undefined;
  }

  /** Everything in the cache, also while it does not follow. */
  objects(): IterableIterator<KubeObject> {
    return this.#cache.values();
  }

  get size(): number {
    return this.#cache.size;
  }

  /** Takes the answer to our own write. */
  store(object: KubeObject): void {
    this.#tell(this.#cache.store(this.#trim(object)), 'own');
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#suspended) await this.#pause();
      // A pause also ends because the informer is stopped.
      if (this.#stop.signal.aborted) return;
      this.#attempt = new AbortController();
      try {
        const resolving = this.#options.resolve(this.lastError?.kind === 'notFound');
        const resource = await orAborted(resolving, this.#attempt.signal);
        if (this.#version === undefined) await this.#list(resource);
        await this.#watch(resource);
      } catch (error) {
        if (!this.#stop.signal.aborted) await this.#recover(error);
      }
    }
  }

  async #list(resource: ApiResource): Promise<void> {
    this.phase = 'Listing';
    const { client, labelSelector, namespace, pageSize = 500 } = this.#options;
    const of = { resource, namespace };
    const listed = await listAll(client, of, { labelSelector }, pageSize, this.#attempt.signal);
    const items = listed.items.map((item) => this.#trim(item));
    for (const change of this.#cache.replace(items, listed.resourceVersion)) this.#tell(change, 'list');
    this.#version = listed.resourceVersion;
    this.#unreadable = 0;
    if (this.synced) return;
    this.synced = true;
    this.#emit({ type: 'SYNCED' });
  }

  async #watch(resource: ApiResource): Promise<void> {
    const opened = Date.now();
    const { client, namespace } = this.#options;
    const events = watchEvents(client, collectionPath(resource, namespace), this.#query(), {
      livenessMs: this.#livenessMs,
      signal: this.#attempt.signal,
      onOpen: () => {
        const isNews = this.phase !== 'Watching';
        this.phase = 'Watching';
        this.lastError = undefined;
        if (isNews) this.#options.onFollowing?.();
      },
    });
    let heard = false;
    for await (const { type, object } of events) {
      heard = true;
      this.#backoff.reset();
      this.#unreadable = 0;
      if (type === 'DELETED') this.#tell(this.#cache.remove(this.#trim(object)), 'watch');
      else if (type !== 'BOOKMARK') this.#tell(this.#cache.put(this.#trim(object)), 'watch');
      this.#version = object.metadata.resourceVersion ?? this.#version;
    }
    if (!heard && Date.now() - opened < SHORTEST_WATCH_MS) {
      throw new NetworkError('reset', 'the server ends the watch as soon as it is open');
    }
    this.#backoff.reset();
  }

  /** A jittered end for each watch, well before its liveness runs out, spreads the reconnects of a fleet. */
  #query() {
    const random = this.#options.random ?? Math.random;
    const timeoutSeconds = Math.max(1, Math.floor((this.#livenessMs / 1000) * (0.6 + 0.3 * random())));
    return {
      labelSelector: this.#options.labelSelector,
      resourceVersion: this.#version,
      allowWatchBookmarks: true,
      timeoutSeconds,
    };
  }

  async #recover(error: unknown): Promise<void> {
    const classified = classify(error);
    const absent = error instanceof UnknownKindError;
    if (this.#options.listsAgain || this.#mustListAgain(error, classified)) this.#version = undefined;
    if (absent) this.#clear();
    this.phase = absent ? 'Absent' : 'Waiting';
    this.lastError = classified;
    if (this.#suspended) return;
    this.#emit({ type: 'ERROR', error: classified });
    await this.#pause(
      absent ? (this.#options.absentRetryMs ?? 60_000) : this.#backoff.next(classified.retryAfterMs),
    );
  }

  /**
   * 410: the version is too old. A version that is too large: etcd was restored. A second unreadable line from the
   * same version: going on from it would read the same again for ever.
   */
  #mustListAgain(error: unknown, classified: Classified): boolean {
    if (classified.kind === 'gone') return true;
    if (error instanceof ApiError) {
      return error.details?.causes?.some((cause) => cause.reason === 'ResourceVersionTooLarge') ?? false;
    }
    if (!(error instanceof NetworkError) || error.kind !== 'other') return false;
    this.#unreadable += 1;
    return this.#unreadable > 1;
  }

  /** A kind that is not served has no objects. */
  #clear(): void {
    this.#version = undefined;
    for (const change of this.#cache.replace([], undefined)) this.#tell(change, 'list');
  }

  /** Without a time: until it is woken. */
  async #pause(ms?: number): Promise<void> {
    this.#wake = new AbortController();
    if (this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #trim(object: KubeObject): KubeObject {
    return this.#options.transform ? this.#options.transform(object) : object;
  }

  #tell(change: CacheChange | undefined, source: 'list' | 'watch' | 'own'): void {
    if (change) this.#emit({ ...change, source });
  }

  #emit(event: InformerEvent): void {
    try {
      this.#listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
