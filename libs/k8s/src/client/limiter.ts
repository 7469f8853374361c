/**
 * A first-come, first-served limit on tasks in flight.
 * Not left to undici's own queue: there the time spent waiting counts against the request's timeout,
 * and a plan of 500 objects on a slow cluster would time out in the queue.
 */
export class Limiter {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Runs the task when it is its turn. An abort while waiting rejects with the signal's reason. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  #turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = () => {
        signal?.removeEventListener('abort', abandon);
        resolve();
      };
      const abandon = () => {
        this.#waiting.delete(proceed);
        reject(signal?.reason as Error);
      };
      this.#waiting.add(proceed);
      signal?.addEventListener('abort', abandon, { once: true });
    });
  }

  /** Hands the slot to the next in line, without letting a newcomer in between. */
  #release(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
