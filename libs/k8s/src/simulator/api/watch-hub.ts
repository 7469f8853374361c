import { type KubeObject } from '@keelson/domain';
import { type ChangeKind, type StoreChange } from '../store/change';
import { ApiError, badRequest, expired } from './api-error';
import { type ClusterState } from './cluster-state';
import { inVersion } from './render';
import { type ResourceType, typeKey } from './resource-type';
import { type Matcher } from './selectors';

/** Where a watch's lines go: newline-delimited JSON, one event a line. */
export interface WatchSink {
  write(line: string | Buffer): void;
  end(): void;
}

export interface WatchOptions {
  readonly type: ResourceType;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  /** Unset or `0`: the present objects first, as ADDED. */
  readonly resourceVersion: string | undefined;
  readonly bookmarks: boolean;
  /** How long the server keeps the watch, in milliseconds. */
  readonly timeoutMs: number;
  readonly bookmarkEveryMs: number;
}

type EventType = ChangeKind | 'BOOKMARK' | 'ERROR';

const line = (type: EventType, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

/**
 * All watches of one cluster. A change is serialised at most once for each API version and each meaning it
 * can have to a selector, however many watches receive it.
 */
export class WatchHub {
  private readonly watches = new Map<string, Set<Watch>>();

  constructor(private readonly state: ClusterState) {
    state.store.onChange((change) => {
      this.publish(change);
    });
  }

  get open(): number {
    let count = 0;
    for (const watches of this.watches.values()) count += watches.size;
    return count;
  }

  /** Starts a watch; `stop` of the answer must be called when the client is gone. */
  start(options: WatchOptions, sink: WatchSink): { stop(): void } {
    const watch = new Watch(options, sink, this.state, () => this.forget(watch));
    const key = typeKey(options.type);
    const backlog = this.backlog(options);
    if (backlog instanceof ApiError) {
      sink.write(line('ERROR', backlog.status));
      sink.end();
      return { stop: () => undefined };
    }
    for (const change of backlog) watch.deliver(change, new Lines(change));
    let watches = this.watches.get(key);
    if (!watches) this.watches.set(key, (watches = new Set()));
    watches.add(watch);
    watch.begin();
    return watch;
  }

  /** Ends every watch of a type that is served no longer. */
  end(type: ResourceType): void {
    for (const watch of this.watches.get(typeKey(type)) ?? []) watch.finish();
  }

  stop(): void {
    for (const watches of this.watches.values()) for (const watch of watches) watch.stop();
  }

  private publish(change: StoreChange): void {
    const watches = this.watches.get(typeKey(change.type));
    if (!watches || watches.size === 0) return;
    const lines = new Lines(change);
    for (const watch of watches) watch.deliver(change, lines);
  }

  private backlog({ type, namespace, resourceVersion }: WatchOptions): readonly StoreChange[] | ApiError {
    const { store } = this.state;
    if (!resourceVersion || resourceVersion === '0') {
      return store.list(type, namespace).map((object) => ({
        kind: 'ADDED',
        type,
        object,
        previous: undefined,
        resourceVersion: store.resourceVersion,
      }));
    }
    const since = Number(resourceVersion);
    if (!Number.isInteger(since) || since < 0)
      throw badRequest(`invalid resource version ${resourceVersion}`);
    return (
      store.window.after(type, since) ??
      expired(`too old resource version: ${since} (${store.window.oldest(type)})`)
    );
  }

  private forget(watch: Watch): void {
    this.watches.get(typeKey(watch.options.type))?.delete(watch);
  }
}

/** The serialised forms of one change, each made when first asked for. */
class Lines {
  private readonly made = new Map<string, Buffer>();

  constructor(private readonly change: StoreChange) {}

  /** `left` is a deletion in the eyes of a selector: the object as it was, at the new resourceVersion. */
  get(kind: ChangeKind, apiVersion: string, left: boolean): Buffer {
    const key = `${kind} ${left} ${apiVersion}`;
    let made = this.made.get(key);
    if (!made) {
      const object = left ? this.asItWas() : this.change.object;
      this.made.set(key, (made = Buffer.from(line(kind, inVersion(object, apiVersion)))));
    }
    return made;
  }

  private asItWas(): KubeObject {
    const { object, previous } = this.change;
    const { resourceVersion = '' } = object.metadata;
    return previous ? { ...previous, metadata: { ...previous.metadata, resourceVersion } } : object;
  }
}

class Watch {
  private timers: NodeJS.Timeout[] = [];

  constructor(
    readonly options: WatchOptions,
    private readonly sink: WatchSink,
    private readonly state: ClusterState,
    private readonly onEnd: () => void,
  ) {}

  begin(): void {
    const { bookmarks, bookmarkEveryMs, timeoutMs } = this.options;
    this.timers.push(setTimeout(() => this.finish(), timeoutMs).unref());
    if (bookmarks) this.timers.push(setInterval(() => this.bookmark(), bookmarkEveryMs).unref());
  }

  deliver(change: StoreChange, lines: Lines): void {
    const { namespace, matches, apiVersion } = this.options;
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) return;
    const was = change.previous !== undefined && matches(change.previous);
    const is = change.kind !== 'DELETED' && matches(change.object);
    if (!was && !is) return;
    const kind = was ? (is ? 'MODIFIED' : 'DELETED') : 'ADDED';
    this.sink.write(lines.get(kind, apiVersion, kind === 'DELETED' && change.kind !== 'DELETED'));
  }

  /** The server's own end: a last bookmark, so that the client resumes from here. */
  finish(): void {
    if (this.options.bookmarks) this.bookmark();
    this.stop();
    this.sink.end();
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
    this.onEnd();
  }

  private bookmark(): void {
    const { type, apiVersion } = this.options;
    const metadata = { resourceVersion: String(this.state.store.resourceVersion), creationTimestamp: null };
    this.sink.write(line('BOOKMARK', { kind: type.kind, apiVersion, metadata }));
  }
}
