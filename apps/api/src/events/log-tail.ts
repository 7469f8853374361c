import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, Subscription } from '@keelson/event-store';
import { LOGGER, STORE, type ApiLogger } from '../options';
import { KeptEvents } from './kept-events';

interface Following {
  readonly kept: KeptEvents;
  readonly subscription: Subscription;
}

/**
 * Follows the log once for however many readers, and only while there are any. A reader that falls behind what is kept
 * reads the log itself, so nobody's slowness costs memory.
 */
@Injectable()
export class LogTail {
  private readers = 0;
  private following: Promise<Following> | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(
    @Inject(STORE) private readonly store: EventStore,
    @Inject(LOGGER) private readonly logger: ApiLogger,
  ) {}

  /** What is kept, from now on. Pair it with `release`, unless it fails. */
  async acquire(): Promise<KeptEvents> {
    const following = (this.following ??= this.follow());
    this.readers += 1;
    try {
      return (await following).kept;
    } catch (error) {
      this.readers -= 1;
      // The next reader tries anew.
      if (this.following === following) this.following = undefined;
      throw error;
    }
  }

  async release(): Promise<void> {
    this.readers -= 1;
    const { following } = this;
    if (this.readers > 0 || !following) return;
    this.following = undefined;
    await (await following).subscription.stop();
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

  private async follow(): Promise<Following> {
    const { position } = await this.store.log.head();
    const kept = new KeptEvents(position);
    const subscription = this.store.log.subscribe({
      name: 'events',
      after: position,
      batchSize: 100,
      onBatch: async (events) => {
        kept.add(events);
        for (const wake of [...this.waiting]) wake();
      },
      onError: (err) => this.logger.warn({ err }, 'the log cannot be followed; trying again'),
    });
    return { kept, subscription };
  }
}
