import { setTimeout as delay } from 'node:timers/promises';
import type { HighWater } from '../signals/high-water';
import { Pulse, type PulseBounds } from '../signals/pulse';
import type { LogFilter, RecordedEvent } from '../types';

export interface SubscribeOptions {
  readonly name: string;
  /** The position already handled; 0: from the beginning. */
  readonly after: number;
  /** 500 when left out. */
  readonly batchSize?: number;
  /**
   * Given every event once and in order, never two batches at a time. When it throws, the same events come again,
   * with backoff, for ever. May answer another position to go on from.
   */
  onBatch(events: readonly RecordedEvent[], signal: AbortSignal): Promise<number | void>;
  /** Told of every failure, of reading too. */
  onError?(error: unknown): void;
}

const firstRetryMs = 50;
const lastRetryMs = 5_000;

interface Source {
  read(filter: LogFilter): Promise<RecordedEvent[]>;
}

/** Follows the log from a position: woken by each sealed batch, with a slow poll beneath. */
export class Subscription {
  private readonly aborter = new AbortController();
  private handled: number;
  private running: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  constructor(
    private readonly log: Source,
    private readonly head: HighWater,
    private readonly bounds: PulseBounds,
    private readonly options: SubscribeOptions,
    private readonly onStopped: () => void,
  ) {
    this.handled = options.after;
  }

  /** Everything up to here has been handled. */
  get position(): number {
    return this.handled;
  }

  start(): void {
    this.running = this.run();
  }

  /** Resolves when the batch in hand has ended; its signal is aborted at once. */
  async stop(): Promise<void> {
    this.aborter.abort();
    this.wake();
    await this.running;
    this.onStopped();
  }

  private async run(): Promise<void> {
    const { signal } = this.aborter;
    const pulse = new Pulse(() => this.wake(), this.bounds);
    const silence = this.head.onRaise(() => this.wake());
    pulse.start();
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      // Armed before reading: what is sealed meanwhile must not be slept through.
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      try {
        const events = await this.log.read({ after: this.handled, limit: this.options.batchSize ?? 500 });
        if (signal.aborted) break;
        const last = events.at(-1);
        if (!last) {
          await woken;
          continue;
        }
        this.handled = (await this.options.onBatch(events, signal)) ?? last.position;
        retryMs = firstRetryMs;
        pulse.quicken();
      } catch (error) {
        if (signal.aborted) break;
        this.options.onError?.(error);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
    pulse.stop();
    silence();
  }
}
