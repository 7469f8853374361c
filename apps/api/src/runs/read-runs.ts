import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound, type Problem } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { RunView } from './run.schema';
import { progressOf, runById, runPage, type RunFilter } from './runs.queries';
import { progressMap, runView } from './runs.view';

export class ListRuns extends Query<ListOf<RunView>> {
  constructor(
    readonly filter: RunFilter,
    readonly page: Page,
  ) {
    super();
  }
}

export class GetRun extends Query<RunView> {
  constructor(readonly run: string) {
    super();
  }
}

export const runNotFound = (id: string): Problem => notFound('run-not-found', `there is no run ${id}`);

@QueryHandler(ListRuns)
export class ListRunsHandler implements IQueryHandler<ListRuns> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ filter, page }: ListRuns) {
    const rows = await runPage(this.store.pool, filter, page);
    const progress = progressMap(await progressOf(this.store.pool, rows.slice(0, page.limit)));
    return cutPage(
      rows,
      page.limit,
      (row) => runView(row, progress),
      ({ id }) => id,
    );
  }
}

@QueryHandler(GetRun)
export class GetRunHandler implements IQueryHandler<GetRun> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ run }: GetRun) {
    const row = await runById(this.store.pool, run);
    if (!row) throw runNotFound(run);
    return runView(row, progressMap(await progressOf(this.store.pool, [row])));
  }
}
