import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EventStore, Vault } from '@keelson/event-store';
import { applicationByName } from '../applications/applications.queries';
import { applicationNotFound } from '../applications/read-applications';
import { notFound } from '../http/problem';
import { STORE, VAULT } from '../options';
import { diffCluster } from './cluster-diff';
import { diffRows } from './diff.queries';
import type { ClusterDiffView } from './diff.operations';

export class DiffTarget extends Query<ClusterDiffView> {
  constructor(
    readonly application: string,
    readonly cluster: string,
  ) {
    super();
  }
}

@QueryHandler(DiffTarget)
export class DiffTargetHandler implements IQueryHandler<DiffTarget> {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    @Inject(VAULT) private readonly vault: Vault,
  ) {}

  async execute({ application, cluster }: DiffTarget) {
    const { pool } = this.store;
    const [row, [target]] = await Promise.all([
      applicationByName(pool, application),
      diffRows(pool, application, cluster),
    ]);
    if (!row?.state.exists) throw applicationNotFound(application);
    if (!target?.objects) {
      throw notFound(
        'plan-not-found',
        `no release of ${application} has been planned for cluster ${cluster}`,
      );
    }
    const { namespace, policy } = row.state.definition;
    const { objects } = target;
    return diffCluster(this.vault, target, {
      application,
      namespace,
      objects,
      ignoreFields: policy.ignoreFields ?? [],
    });
  }
}
