import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { applicationIsKnown } from '../applications/applications.queries';
import { applicationNotFound } from '../applications/read-applications';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { ReleaseView } from './releases.operations';
import { releasePage, releaseView } from './releases.queries';

export class ListReleases extends Query<ListOf<ReleaseView>> {
  constructor(
    readonly application: string,
    readonly page: Page,
  ) {
    super();
  }
}

@QueryHandler(ListReleases)
export class ListReleasesHandler implements IQueryHandler<ListReleases> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ application, page }: ListReleases) {
    const { pool } = this.store;
    const [known, rows] = await Promise.all([
      applicationIsKnown(pool, application),
      releasePage(pool, application, page),
    ]);
    if (!known) throw applicationNotFound(application);
    return cutPage(rows, page.limit, releaseView, ({ id }) => id);
  }
}
