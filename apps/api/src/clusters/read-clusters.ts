import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore } from '@keelson/event-store';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { ClusterView } from './clusters.operations';
import { clusterByName, clusterPage, clusterView } from './clusters.queries';

export class ListClusters extends Query<ListOf<ClusterView>> {
  constructor(readonly page: Page) {
    super();
  }
}

export class GetCluster extends Query<ClusterView> {
  constructor(readonly cluster: string) {
    super();
  }
}

@QueryHandler(ListClusters)
export class ListClustersHandler implements IQueryHandler<ListClusters> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ page }: ListClusters) {
    const rows = await clusterPage(this.store.pool, page);
    return cutPage(rows, page.limit, clusterView, ({ name }) => name);
  }
}

@QueryHandler(GetCluster)
export class GetClusterHandler implements IQueryHandler<GetCluster> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ cluster }: GetCluster) {
    const row = await clusterByName(this.store.pool, cluster);
    if (!row) throw notFound('cluster-not-found', `there is no cluster ${cluster}`);
    return clusterView(row);
  }
}
