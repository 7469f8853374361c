import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { HoldView } from './holds.operations';
import { holdById, holdPage, holdView, type HoldFilter } from './holds.queries';

export class ListHolds extends Query<ListOf<HoldView>> {
  constructor(
    readonly filter: HoldFilter,
    readonly page: Page,
  ) {
    super();
  }
}

export class GetHold extends Query<HoldView> {
  constructor(readonly hold: string) {
    super();
  }
}

@QueryHandler(ListHolds)
export class ListHoldsHandler implements IQueryHandler<ListHolds> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ filter, page }: ListHolds) {
    const rows = await holdPage(this.store.pool, filter, page);
    return cutPage(rows, page.limit, holdView, ({ id }) => id);
  }
}

@QueryHandler(GetHold)
export class GetHoldHandler implements IQueryHandler<GetHold> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ hold }: GetHold) {
    const row = await holdById(this.store.pool, hold);
    if (!row) throw notFound('hold-not-found', `there is no hold ${hold}`);
    return holdView(row);
  }
}
