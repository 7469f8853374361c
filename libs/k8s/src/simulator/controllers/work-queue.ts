import { type Clock } from '../clock';
import { type Scheduler } from './scheduler';

/** A key names an object as `namespace/name`. */
export type Key = string;

/** Level-based: looks at what is there, writes what should be; answers when to look again, in milliseconds. */
export type Reconcile = (key: Key) => number | undefined;

/** Each key waits at most once for now and once for later, however often it is added. */
export class WorkQueue {
  private readonly pending = new Set<Key>();
  private readonly later = new Map<Key, number>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly clock: Clock,
    private readonly reconcile: Reconcile,
  ) {}

  add(key: Key): void {
    if (this.pending.has(key)) return;
    this.pending.add(key);
    this.scheduler.after(0, () => {
      this.pending.delete(key);
      const again = this.reconcile(key);
      if (again !== undefined) this.addAfter(key, again);
    });
  }

  private addAfter(key: Key, delayMs: number): void {
    const at = this.clock.now() + delayMs;
    const known = this.later.get(key);
    if (known !== undefined && known <= at) return;
    this.later.set(key, at);
    this.scheduler.after(delayMs, () => {
      if (this.later.get(key) !== at) return;
      this.later.delete(key);
      this.add(key);
    });
  }
}
