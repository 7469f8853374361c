import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound, type Problem } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { ApplicationSummaryView, ApplicationView } from './applications.operations';
import { applicationByName, applicationPage } from './applications.queries';
import { applicationView, summaryView } from './applications.view';

export class ListApplications extends Query<ListOf<ApplicationSummaryView>> {
  constructor(readonly page: Page) {
    super();
  }
}

export class GetApplication extends Query<ApplicationView> {
  constructor(readonly application: string) {
    super();
  }
}

export const applicationNotFound = (name: string): Problem =>
  notFound('application-not-found', `there is no application ${name}`);

@QueryHandler(ListApplications)
export class ListApplicationsHandler implements IQueryHandler<ListApplications> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ page }: ListApplications) {
    const rows = await applicationPage(this.store.pool, page);
    return cutPage(rows, page.limit, summaryView, ({ name }) => name);
  }
}

@QueryHandler(GetApplication)
export class GetApplicationHandler implements IQueryHandler<GetApplication> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ application }: GetApplication) {
    const row = await applicationByName(this.store.pool, application);
    if (!row) throw applicationNotFound(application);
    return applicationView(row);
  }
}
