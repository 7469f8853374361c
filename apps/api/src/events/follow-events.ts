import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { matches, type EventFilter } from '../audit/log-filter';
import { STORE } from '../options';
import { LogTail } from './log-tail';
import { HEARTBEAT_MS, sseFrame, sseGreeting, SSE_HEARTBEAT } from './sse';

const PAGE = 100;

/** Everything that the filter chooses, from after its position (now, when it names none) until the signal. */
export class FollowEvents extends Query<(signal: AbortSignal) => AsyncGenerator<string>> {
  constructor(readonly filter: EventFilter) {
    super();
  }
}

@QueryHandler(FollowEvents)
export class FollowEventsHandler implements IQueryHandler<FollowEvents> {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    private readonly tail: LogTail,
  ) {}

  async execute({ filter }: FollowEvents) {
    const after = filter.after ?? (await this.startOf(filter));
    return (signal: AbortSignal) => this.frames(filter, after, signal);
  }

  private async startOf({ from }: EventFilter): Promise<number> {
    // Just before `from`: what was recorded in that very millisecond belongs to it.
    if (from) return this.store.log.positionAt(new Date(from.getTime() - 1));
    return (await this.store.log.head()).position;
  }

  private async *frames(filter: EventFilter, after: number, signal: AbortSignal): AsyncGenerator<string> {
    let position = after;
    const kept = await this.tail.acquire();
    try {
      yield sseGreeting(position);
      while (!signal.aborted) {
        const recent = kept.after(position);
        if (!recent) {
          position = yield* this.page(filter, position);
        } else if (recent.length > 0) {
          for (const { event, frame } of recent) {
            if (signal.aborted) return;
            if (matches(filter, event)) yield frame;
            position = event.position;
          }
        } else if (!(await this.tail.changed(HEARTBEAT_MS, signal)) && !signal.aborted) {
          yield SSE_HEARTBEAT;
        }
      }
    } finally {
      await this.tail.release();
    }
  }

  /** One page of what is not kept in memory; answers where to go on. */
  private async *page(filter: EventFilter, after: number): AsyncGenerator<string, number> {
    const { position: upTo } = await this.store.log.head();
    const events = await this.store.log.read({ ...filter, after, upTo, limit: PAGE });
    for (const event of events) yield sseFrame(event);
    return events.length < PAGE ? Math.max(after, upTo) : (events.at(-1)?.position ?? after);
  }
}
