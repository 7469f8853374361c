import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { WindowView } from './windows.operations';
import { windowByName, windowPage, windowView } from './windows.queries';

export class ListWindows extends Query<ListOf<WindowView>> {
  constructor(readonly page: Page) {
    super();
  }
}

export class GetWindow extends Query<WindowView> {
  constructor(readonly window: string) {
    super();
  }
}

@QueryHandler(ListWindows)
export class ListWindowsHandler implements IQueryHandler<ListWindows> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ page }: ListWindows) {
    const rows = await windowPage(this.store.pool, page);
    return cutPage(rows, page.limit, windowView(Date.now()), ({ name }) => name);
  }
}

@QueryHandler(GetWindow)
export class GetWindowHandler implements IQueryHandler<GetWindow> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ window }: GetWindow) {
    const row = await windowByName(this.store.pool, window);
    if (!row) throw notFound('window-not-found', `there is no window ${window}`);
    return windowView(Date.now())(row);
  }
}
