import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogSource, RecordedEvent, SubscribeOptions, Subscription } from './event-bus';

/** A log in memory for unit specs: the same promises as the event store's, none of its durability. */
export class MemoryLog implements LogSource {
  readonly events: RecordedEvent[] = [];
  /** Calls of read(). */
  reads = 0;
  /** When set, read() throws it. */
  failure: Error | undefined;
  readonly #wakes = new Set<() => void>();

  append(count: number): void {
    for (let n = 0; n < count; n++) this.events.push(recordedEvent(this.events.length + 1));
    for (const wake of this.#wakes) wake();
  }

  async head(): Promise<{ position: number }> {
    return { position: this.events.length };
  }

  async read({ after, limit }: { after: number; limit: number }): Promise<RecordedEvent[]> {
    this.reads++;
    await nextTurn();
    if (this.failure) throw this.failure;
    return this.events.slice(after, after + limit);
  }

  upcast(event: RecordedEvent): RecordedEvent {
    return event;
  }

  subscribe(options: SubscribeOptions): Subscription {
    const stopping = new AbortController();
    let position = options.after;
    const running = (async () => {
      while (!stopping.signal.aborted) {
        const batch = this.events.slice(position, position + (options.batchSize ?? 500));
        if (batch.length === 0) {
          await this.#changed(stopping.signal);
          continue;
        }
        try {
          position = (await options.onBatch(batch, stopping.signal)) ?? position + batch.length;
        } catch (error) {
          options.onError?.(error);
          await nextTurn();
        }
      }
    })();
    return {
      get position() {
        return position;
      },
      stop: async () => {
        stopping.abort();
        await running;
      },
    };
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wakes.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wakes.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

export function recordedEvent(position: number, data: unknown = { n: position }): RecordedEvent {
  return {
    position,
    id: `event-${position}`,
    stream: `target-${position % 3}`,
    version: Math.ceil(position / 3),
    type: 'PlanChanged',
    schemaVersion: 1,
    data,
    meta: { commandId: `command-${position}`, correlationId: 'c', actor: 'spec' },
    recordedAt: '2024-01-01T00:00:00.000Z',
    hash: `hash-${position}`,
  };
}
