import { DeadlineError, StoppedError } from '../errors';

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** A position that only rises, and those who wait for it. */
export class HighWater {
  private waiters: Waiter[] = [];
  private readonly listeners = new Set<(position: number) => void>();
  private value = 0;

  constructor(private readonly name: string) {}

  get position(): number {
    return this.value;
  }

  get awaited(): boolean {
    return this.waiters.length > 0;
  }

  raise(position: number): void {
    if (position <= this.value) return;
    this.value = position;
    const reached = this.waiters.filter((waiter) => waiter.position <= position);
    if (reached.length > 0) this.waiters = this.waiters.filter((waiter) => waiter.position > position);
    for (const { timer, resolve } of reached) {
      clearTimeout(timer);
      resolve();
    }
    for (const listener of this.listeners) listener(position);
  }

  onRaise(listener: (position: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @throws DeadlineError after `timeoutMs`. */
  reach(position: number, timeoutMs: number): Promise<void> {
    if (position <= this.value) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        position,
        resolve,
        reject,
        timer: setTimeout(() => {
          this.waiters = this.waiters.filter((other) => other !== waiter);
          reject(
            new DeadlineError(`${this.name} is at ${this.value}, not at ${position}, after ${timeoutMs} ms`),
          );
        }, timeoutMs),
      };
      this.waiters.push(waiter);
    });
  }

  stop(): void {
    for (const { timer, reject } of this.waiters) {
      clearTimeout(timer);
      reject(new StoppedError('the event store is stopped'));
    }
    this.waiters = [];
  }
}
