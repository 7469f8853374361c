import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { renderTarget, selects, type PlacedCluster } from '@keelson/domain';
import type { EventStore, Vault } from '@keelson/event-store';
import { mapAtMost } from '@keelson/k8s';
import { applicationByName } from '../applications/applications.queries';
import { applicationNotFound } from '../applications/read-applications';
import { rejected } from '../http/problem';
import { STORE, VAULT } from '../options';
import { prepareRelease } from '../releases/prepare-release';
import { plannedSidecars } from '../sidecars/planned-sidecars.queries';
import { diffCluster } from './cluster-diff';
import { colouredAfter, releasesIn } from './colours-after';
import { diffRows, manifestsOf } from './diff.queries';
import type { ClusterDiffView, DiffBody } from './diff.operations';

/** Clusters that are asked at once. */
const CLUSTERS = 8;

export class DiffRelease extends Query<{ items: ClusterDiffView[] }> {
  constructor(
    readonly application: string,
    readonly body: DiffBody,
  ) {
    super();
  }
}

@QueryHandler(DiffRelease)
export class DiffReleaseHandler implements IQueryHandler<DiffRelease> {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    @Inject(VAULT) private readonly vault: Vault,
  ) {}

  async execute({ application, body }: DiffRelease) {
    const row = await applicationByName(this.store.pool, application);
    if (!row?.state.exists) throw applicationNotFound(application);
    const { definition, scales } = row.state;
    const prepared = prepareRelease({ ...body, version: body.version ?? 'diff' }, definition);
    if (!prepared.ok) throw rejected(prepared.rejection);
    const { objects } = prepared.release;
    const placed = (await diffRows(this.store.pool, application))
      .map((cluster) => ({ cluster, at: { name: cluster.cluster, labels: cluster.labels } }))
      .filter(({ at }: { at: PlacedCluster }) => selects(definition.placement, at));
    const facets = { objects, overrides: definition.overrides, scales };
    const [sidecars, manifests] = await Promise.all([
      plannedSidecars(this.store.pool, application),
      manifestsOf(this.store.pool, [...new Set(placed.flatMap(({ cluster }) => releasesIn(cluster)))]),
    ]);
    const items = await mapAtMost(placed, CLUSTERS, async ({ cluster, at }): Promise<ClusterDiffView> => {
      const result = renderTarget(
        {
          ...facets,
          budgets: definition,
          sidecars: sidecars.get(cluster.cluster) ?? [],
          ...colouredAfter(cluster, prepared.release, manifests),
        },
        at,
      );
      if (!result.ok) {
        const error = result.errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
        return { cluster: cluster.cluster, source: 'Plan', error, changes: [], unchanged: 0 };
      }
      const { namespace, policy } = definition;
      const wanted = {
        application,
        namespace,
        objects: result.objects,
        ignoreFields: policy.ignoreFields ?? [],
      };
      return diffCluster(this.vault, cluster, wanted);
    });
    return { items };
  }
}
