import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { NodeSummaryView, NodeView } from './nodes.operations';
import { isCluster, nodePage, nodeSummary, nodeView } from './nodes.queries';

export class ListNodes extends Query<ListOf<NodeView>> {
  constructor(
    readonly cluster: string,
    readonly page: Page,
  ) {
    super();
  }
}

export class SummariseNodes extends Query<NodeSummaryView> {}

@QueryHandler(ListNodes)
export class ListNodesHandler implements IQueryHandler<ListNodes> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ cluster, page }: ListNodes) {
    const rows = await nodePage(this.store.pool, cluster, page);
    if (rows.length === 0 && !(await isCluster(this.store.pool, cluster)))
      throw notFound('cluster-not-found', `there is no cluster ${cluster}`);
    return cutPage(rows, page.limit, nodeView, ({ node }) => node);
  }
}

@QueryHandler(SummariseNodes)
export class SummariseNodesHandler implements IQueryHandler<SummariseNodes> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  execute() {
    return nodeSummary(this.store.pool, Date.now());
  }
}
