import { type Clock } from '../clock';

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that moves only when it is told to; for tests of controllers without waiting. */
export class VirtualClock implements Clock {
  private readonly alarms = new Set<Alarm>();
  private order = 0;

  /** @param time milliseconds since the epoch */
  constructor(private time = 0) {}

  now(): number {
    return this.time;
  }

  wake(delayMs: number, callback: () => void): () => void {
    const alarm = { at: this.time + Math.max(0, delayMs), order: this.order++, callback };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  get pending(): number {
    return this.alarms.size;
  }

  /** Rings every alarm that falls due on the way, at its own time. */
  advance(milliseconds: number): void {
    const until = this.time + milliseconds;
    for (let next = this.first(until); next; next = this.first(until)) {
      this.alarms.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = until;
  }

  private first(until: number): Alarm | undefined {
    const due = [...this.alarms].filter((alarm) => alarm.at <= until);
    return due.sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }
}
