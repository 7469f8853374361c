import { type ResourceType, typeKey } from '../api/resource-type';
import { type StoreChange } from './change';
import { type HistoryBudget, type Historian } from './history-budget';

/**
 * The recent changes of each type: what a watch may be resumed from. Like the watch cache of a real API
 * server, a type's window begins when the server started to serve it and forgets its oldest changes.
 */
export class EventWindow {
  private readonly windows = new Map<string, TypeWindow>();

  constructor(
    private readonly limit: number,
    private readonly start: number,
    private readonly budget: HistoryBudget,
  ) {}

  /** Begins a type's window at a resourceVersion: earlier ones are expired for it. */
  open(type: ResourceType, resourceVersion: number): void {
    this.windows.set(typeKey(type), new TypeWindow(this.limit, resourceVersion));
  }

  drop(type: ResourceType): void {
    this.windows.delete(typeKey(type));
  }

  record(change: StoreChange): void {
    const window = this.of(change.type);
    this.budget.spend(window);
    window.add(change);
  }

  /** The changes after a resourceVersion, or undefined when it is too old to know them all. */
  after(type: ResourceType, resourceVersion: number): readonly StoreChange[] | undefined {
    return this.of(type).after(resourceVersion);
  }

  /** Forgets all history, as compaction does: every older resourceVersion is expired from now on. */
  compact(resourceVersion: number): void {
    for (const window of this.windows.values()) window.clear(resourceVersion);
  }

  oldest(type: ResourceType): number {
    return this.of(type).since;
  }

  private of(type: ResourceType): TypeWindow {
    const key = typeKey(type);
    let window = this.windows.get(key);
    if (!window) this.windows.set(key, (window = new TypeWindow(this.limit, this.start)));
    return window;
  }
}

class TypeWindow implements Historian {
  /** The first `gone` of them are forgotten and let go of in bulk: one at a time would copy the list each time. */
  private changes: (StoreChange | undefined)[] = [];
  private gone = 0;

  /** @param since every change after this resourceVersion is still here */
  constructor(
    private readonly limit: number,
    public since: number,
  ) {}

  add(change: StoreChange): void {
    this.changes.push(change);
    if (this.changes.length - this.gone > this.limit) this.forgetOldest();
  }

  forgetOldest(): void {
    // Less than was counted, after a compaction or at the window's own limit.
    if (this.gone >= this.changes.length) return;
    this.since = this.changes[this.gone]?.resourceVersion ?? this.since;
    this.changes[this.gone] = undefined;
    this.gone += 1;
    if (this.gone * 2 <= this.changes.length) return;
    this.changes = this.changes.slice(this.gone);
    this.gone = 0;
  }

  after(resourceVersion: number): readonly StoreChange[] | undefined {
    if (resourceVersion < this.since) return undefined;
    const kept = this.changes.slice(this.gone) as StoreChange[];
    const first = kept.findIndex((change) => change.resourceVersion > resourceVersion);
    return first < 0 ? [] : kept.slice(first);
  }

  clear(resourceVersion: number): void {
    this.changes = [];
    this.gone = 0;
    this.since = resourceVersion;
  }
}
