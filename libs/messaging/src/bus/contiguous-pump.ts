import { backoff, pause } from '../waiting';
import type { LogSource, RecordedEvent, SubscribeOptions } from './event-bus';

const retry = { base: 50, max: 5_000 };

/**
 * Makes one contiguous delivery out of any number of unreliable feeds.
 *
 * Events may come late, twice, out of order or not at all, and from several feeds at once: what was
 * delivered is dropped by its position, and what is missing is read from the log. One batch is handed on
 * at a time, so the feeds can be switched, or overlap, without any agreement between them.
 */
export class ContiguousPump {
  #position: number;
  #queue: Promise<void> = Promise.resolve();
  readonly #batchSize: number;

  constructor(
    private readonly source: Pick<LogSource, 'read'>,
    private readonly options: SubscribeOptions,
    private readonly onError: (error: unknown) => void,
    private readonly signal: AbortSignal,
  ) {
    this.#position = options.after;
    this.#batchSize = options.batchSize ?? 500;
  }

  get position(): number {
    return this.#position;
  }

  /** Resolves when everything up to the last of these events was dealt with; rejects when stopped. */
  feed(events: readonly RecordedEvent[]): Promise<void> {
    return this.#enqueue(() => this.#take(events));
  }

  /** Reads from the log what is missing up to and including `target`; rejects when stopped. */
  catchUp(target: number): Promise<void> {
    return this.#enqueue(() => this.#fill(target));
  }

  /** Resolves when no batch is in anyone's hands. */
  idle(): Promise<void> {
    return this.#queue;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #take(events: readonly RecordedEvent[]): Promise<void> {
    let batch: RecordedEvent[] = [];
    const next = (): number => this.#position + batch.length + 1;
    for (const event of events) {
      if (event.position > next() || batch.length === this.#batchSize) {
        await this.#deliver(batch);
        batch = [];
        await this.#fill(event.position - 1);
      }
      if (event.position === next()) batch.push(event);
    }
    await this.#deliver(batch);
    // The receiver may have answered an earlier position than the one that it was brought to.
    await this.#fill(events.at(-1)?.position ?? 0);
  }

  async #fill(target: number): Promise<void> {
    while (this.#position < target) {
      const after = this.#position;
      const limit = Math.min(this.#batchSize, target - after);
      const events = await this.#untilItWorks(async () => {
        const found = await this.source.read({ after, limit });
        if (found[0]?.position !== after + 1) throw new Error(`the log did not give position ${after + 1}`);
        return found;
      });
      await this.#deliver(events);
    }
  }

  async #deliver(events: readonly RecordedEvent[]): Promise<void> {
    const last = events.at(-1);
    if (!last) return;
    const answer = await this.#untilItWorks(() => this.options.onBatch(events, this.signal));
    this.#position = answer ?? last.position;
  }

  async #untilItWorks<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      this.signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (this.signal.aborted) throw error;
        this.onError(error);
        await pause(backoff(attempt, retry), this.signal);
      }
    }
  }
}
