import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { maskSecret } from '@keelson/domain';
import type { EventStore } from '@keelson/event-store';
import { applicationIsKnown } from '../applications/applications.queries';
import { applicationNotFound } from '../applications/read-applications';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { PlanView, TargetView } from './targets.operations';
import { planOf, targetPage } from './targets.queries';
import { targetView } from './targets.view';

export class ListTargets extends Query<ListOf<TargetView>> {
  constructor(
    readonly application: string,
    readonly page: Page,
  ) {
    super();
  }
}

export class GetPlan extends Query<PlanView> {
  constructor(
    readonly application: string,
    readonly cluster: string,
  ) {
    super();
  }
}

@QueryHandler(ListTargets)
export class ListTargetsHandler implements IQueryHandler<ListTargets> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ application, page }: ListTargets) {
    const { pool } = this.store;
    const [known, rows] = await Promise.all([
      applicationIsKnown(pool, application),
      targetPage(pool, application, page),
    ]);
    if (!known) throw applicationNotFound(application);
    return cutPage(rows, page.limit, targetView, ({ cluster }) => cluster);
  }
}

@QueryHandler(GetPlan)
export class GetPlanHandler implements IQueryHandler<GetPlan> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ application, cluster }: GetPlan): Promise<PlanView> {
    const row = await planOf(this.store.pool, application, cluster);
    if (!row) throw notFound('target-not-found', `${application} has no target in cluster ${cluster}`);
    const { hash, objects } = row;
    if (hash === null || !objects) {
      throw notFound(
        'plan-not-found',
        `no release of ${application} has been planned for cluster ${cluster}`,
      );
    }
    return { cluster, generation: Number(row.generation), hash, objects: objects.map(maskSecret) };
  }
}
