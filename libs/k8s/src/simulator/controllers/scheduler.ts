import { type Clock } from '../clock';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** So many tasks in one turn of the event loop; then requests get theirs. */
const TASKS_PER_TURN = 100;

/**
 * Runs tasks by due time, then by the order in which they came: one binary heap and at most one timer for a
 * whole cluster. Without tasks there is no timer, so an idle cluster costs nothing.
 */
export class Scheduler {
  private readonly heap: Task[] = [];
  private count = 0;
  private alarm: { at: number; cancel: () => void } | undefined;
  private isStopped = false;

  constructor(private readonly clock: Clock) {}

  /** @param delayMs 0 runs it in the next turn */
  after(delayMs: number, run: () => void): void {
    if (this.isStopped) return;
    this.push({ at: this.clock.now() + delayMs, order: this.count++, run });
    this.arm();
  }

  stop(): void {
    this.isStopped = true;
    this.heap.length = 0;
    this.alarm?.cancel();
    this.alarm = undefined;
  }

  private arm(): void {
    const [first] = this.heap;
    if (!first || (this.alarm && this.alarm.at <= first.at)) return;
    this.alarm?.cancel();
    const cancel = this.clock.wake(first.at - this.clock.now(), () => {
      this.alarm = undefined;
      this.runDue();
    });
    this.alarm = { at: first.at, cancel };
  }

  private runDue(): void {
    const now = this.clock.now();
    for (let ran = 0; ran < TASKS_PER_TURN; ran += 1) {
      const [first] = this.heap;
      if (!first || first.at > now) break;
      this.pop();
      first.run();
    }
    this.arm();
  }

  private push(task: Task): void {
    this.heap.push(task);
    let index = this.heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfBefore(index, parent)) break;
      index = parent;
    }
  }

  private pop(): void {
    const last = this.heap.pop();
    if (!last || this.heap.length === 0) return;
    this.heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const smaller = this.isBefore(right, left) ? right : left;
      if (left >= this.heap.length || !this.swapIfBefore(smaller, index)) break;
      index = smaller;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [first, second] = [this.heap[a], this.heap[b]];
    if (!first || !second) return false;
    return first.at < second.at || (first.at === second.at && first.order < second.order);
  }

  private swapIfBefore(a: number, b: number): boolean {
    const [first, second] = [this.heap[a], this.heap[b]];
    if (!first || !second || !this.isBefore(a, b)) return false;
    this.heap[a] = second;
    this.heap[b] = first;
    return true;
  }
}
