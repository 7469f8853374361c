import { type ResourceType, typeKey } from '../api/resource-type';
import { type StoreChange } from './change';

interface TypeWindow {
  changes: StoreChange[];
  /** Every change after this resourceVersion is still here. */
  since: number;
}

/**
 * The recent changes of each type: what a watch may be resumed from. Like the watch cache of a real API
 * server, a type's window begins when the server started to serve it and forgets its oldest changes.
 */
export class EventWindow {
  private readonly windows = new Map<string, TypeWindow>();

  constructor(
    private readonly limit: number,
    private readonly start: number,
  ) {}

  /** Begins a type's window at a resourceVersion: earlier ones are expired for it. */
  open(type: ResourceType, resourceVersion: number): void {
    this.windows.set(typeKey(type), { changes: [], since: resourceVersion });
  }

  drop(type: ResourceType): void {
    this.windows.delete(typeKey(type));
  }

  record(change: StoreChange): void {
    const window = this.of(change.type);
    window.changes.push(change);
    // Cut in halves: dropping one at a time would copy the array on every write.
    if (window.changes.length > 2 * this.limit) this.forget(window, this.limit);
  }

  /** The changes after a resourceVersion, or undefined when it is too old to know them all. */
  after(type: ResourceType, resourceVersion: number): readonly StoreChange[] | undefined {
    const window = this.of(type);
    if (resourceVersion < window.since) return undefined;
    const first = window.changes.findIndex((change) => change.resourceVersion > resourceVersion);
    return first < 0 ? [] : window.changes.slice(first);
  }

  /** Forgets all history, as compaction does: every older resourceVersion is expired from now on. */
  compact(resourceVersion: number): void {
    for (const window of this.windows.values()) {
      window.changes = [];
      window.since = resourceVersion;
    }
  }

  oldest(type: ResourceType): number {
    return this.of(type).since;
  }

  private of(type: ResourceType): TypeWindow {
    const key = typeKey(type);
    let window = this.windows.get(key);
    if (!window) this.windows.set(key, (window = { changes: [], since: this.start }));
    return window;
  }

  private forget(window: TypeWindow, keep: number): void {
    const gone = window.changes.length - keep;
    window.since = window.changes[gone - 1]?.resourceVersion ?? window.since;
    window.changes = window.changes.slice(gone);
  }
}
