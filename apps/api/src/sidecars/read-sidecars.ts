import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound, type Problem } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { SidecarTargetView, SidecarView } from './sidecars.operations';
import { sidecarByName, sidecarPage, sidecarTargetPage } from './sidecars.queries';
import { sidecarTargetView, sidecarView } from './sidecars.view';

export class ListSidecars extends Query<ListOf<SidecarView>> {
  constructor(readonly page: Page) {
    super();
  }
}

export class GetSidecar extends Query<SidecarView> {
  constructor(readonly sidecar: string) {
    super();
  }
}

export class ListSidecarTargets extends Query<ListOf<SidecarTargetView>> {
  constructor(
    readonly sidecar: string,
    readonly page: Page,
  ) {
    super();
  }
}

const sidecarNotFound = (name: string): Problem =>
  notFound('sidecar-not-found', `there is no sidecar ${name}`);

@QueryHandler(ListSidecars)
export class ListSidecarsHandler implements IQueryHandler<ListSidecars> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ page }: ListSidecars) {
    const rows = await sidecarPage(this.store.pool, page);
    return cutPage(rows, page.limit, sidecarView, ({ name }) => name);
  }
}

@QueryHandler(GetSidecar)
export class GetSidecarHandler implements IQueryHandler<GetSidecar> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ sidecar }: GetSidecar) {
    const row = await sidecarByName(this.store.pool, sidecar);
    if (!row) throw sidecarNotFound(sidecar);
    return sidecarView(row);
  }
}

@QueryHandler(ListSidecarTargets)
export class ListSidecarTargetsHandler implements IQueryHandler<ListSidecarTargets> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ sidecar, page }: ListSidecarTargets) {
    const { pool } = this.store;
    const [known, rows] = await Promise.all([
      sidecarByName(pool, sidecar),
      sidecarTargetPage(pool, sidecar, page),
    ]);
    if (!known) throw sidecarNotFound(sidecar);
    return cutPage(rows, page.limit, sidecarTargetView, (row) => `${row.cluster}/${row.application}`);
  }
}
