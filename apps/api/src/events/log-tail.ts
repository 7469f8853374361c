import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, RecordedEvent, Subscription } from '@keelson/event-store';
import { LOGGER, STORE, type ApiLogger } from '../options';
import { sseFrame } from './sse';

/** UTF-16 units of frames kept for readers that are a little behind. */
const MAX_KEPT = 4 * 1024 * 1024;

export interface TailEvent {
  readonly event: RecordedEvent;
  readonly frame: string;
}

/**
 * The newest events, read and written out once for however many readers follow them. A reader that falls behind what is
 * kept reads the log itself, so nobody's slowness costs memory. Follows the log only while somebody reads.
 */
@Injectable()
export class LogTail {
  private kept: TailEvent[] = [];
  private keptSize = 0;
  /** Everything after this position, up to the newest event seen, is kept. */
  private start = 0;
  private readers = 0;
  private following: Promise<Subscription> | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(
    @Inject(STORE) private readonly store: EventStore,
    @Inject(LOGGER) private readonly logger: ApiLogger,
  ) {}

  /** Pair it with `release`. */
  async acquire(): Promise<void> {
    this.following ??= this.follow();
    const { following } = this;
    this.readers += 1;
    try {
      await following;
    } catch (error) {
      this.readers -= 1;
      // The next reader tries anew.
      if (this.following === following) this.following = undefined;
      throw error;
    }
  }

  async release(): Promise<void> {
    this.readers -= 1;
    if (this.readers > 0 || !this.following) return;
    const { following } = this;
    this.following = undefined;
    await (await following).stop();
  }

  /** The events after a position; undefined when they are not all kept any more. */
  after(position: number): readonly TailEvent[] | undefined {
    return position < this.start ? undefined : this.kept.slice(position - this.start);
  }

  /** Resolves with true when there are newer events, with false after `timeoutMs` or when `signal` is aborted. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (value: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        signal.removeEventListener('abort', give);
        resolve(value);
      };
      const wake = (): void => end(true);
      const give = (): void => end(false);
      const timer = setTimeout(give, timeoutMs);
      this.waiting.add(wake);
      signal.addEventListener('abort', give);
      if (signal.aborted) give();
    });
  }

  private async follow(): Promise<Subscription> {
    const { position } = await this.store.log.head();
    this.kept = [];
    this.keptSize = 0;
    this.start = position;
    return this.store.log.subscribe({
      name: 'events',
      after: position,
      batchSize: 100,
      onBatch: async (events) => this.keep(events),
      onError: (err) => this.logger.warn({ err }, 'the log cannot be followed; trying again'),
    });
  }

  private keep(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      const frame = sseFrame(event);
      this.kept.push({ event, frame });
      this.keptSize += frame.length;
    }
    let dropped = 0;
    while (this.keptSize > MAX_KEPT) this.keptSize -= this.kept[dropped++]?.frame.length ?? 0;
    this.kept.splice(0, dropped);
    this.start += dropped;
    for (const wake of [...this.waiting]) wake();
  }
}
