import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore, RecordedEvent } from '@keelson/event-store';
import { eventView } from '../audit/event.schema';
import { STORE } from '../options';
import { cutPage, type ListOf } from '../schemas/common';
import { causesById } from './causes.queries';
import { runNotFound } from './read-runs';
import type { RunEventView } from './runs.operations';

export class ListRunEvents extends Query<ListOf<RunEventView>> {
  constructor(
    readonly run: string,
    readonly page: { readonly limit: number; readonly after?: number | undefined },
  ) {
    super();
  }
}

@QueryHandler(ListRunEvents)
export class ListRunEventsHandler implements IQueryHandler<ListRunEvents> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ run, page: { limit, after = 0 } }: ListRunEvents) {
    const events = await this.store.log.read({ run, after, limit: limit + 1 });
    // A run is made by an event, so one without any does not exist; asking the log spares a look at the read model.
    if (events.length === 0 && (await this.store.log.read({ run, limit: 1 })).length === 0)
      throw runNotFound(run);
    const causes = await causesById(this.store.pool, causationIds(events));
    return cutPage(
      events,
      limit,
      (event): RunEventView => ({
        ...eventView(event),
        cause: causes.get(event.meta.causationId ?? '') ?? null,
      }),
      ({ position }) => String(position),
    );
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const causationIds = (events: readonly RecordedEvent[]): string[] => [
  ...new Set(
    events.flatMap(({ meta }) => (UUID.test(meta.causationId ?? '') ? [meta.causationId as string] : [])),
  ),
];
