import type {
  ClusterPhase,
  Colours,
  Delay,
  DriftChange,
  Flaps,
  HealthStatus,
  KubeObject,
  ObjectRef,
  WorkloadCounts,
} from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';

export interface TargetRow {
  readonly cluster: string;
  readonly cluster_phase: ClusterPhase | null;
  readonly removing: boolean;
  readonly run: string | null;
  readonly colours: Colours | null;
  readonly version: string | null;
  readonly revision: string | null;
  readonly generation: string;
  readonly hash: string | null;
  readonly applied_generation: string;
  readonly health: {
    readonly generation: number;
    readonly status: HealthStatus;
    readonly message: string;
    readonly workload?: WorkloadCounts;
  } | null;
  readonly failure: { readonly message: string; readonly at: string; readonly object?: ObjectRef } | null;
  readonly drift: readonly {
    readonly object: ObjectRef;
    readonly at: string;
    readonly changes: readonly DriftChange[];
  }[];
  readonly flaps: Flaps | null;
  readonly cluster_error: { readonly reason: string; readonly message: string; readonly at: string } | null;
  readonly desired: number | null;
  readonly updated: number | null;
  readonly ready: number | null;
  readonly owed: number;
  readonly owing: readonly OwedRow[] | null;
}

export interface OwedRow {
  readonly object: ObjectRef;
  readonly since: string;
  readonly delay: Omit<Delay, 'object'> | null;
}

/** By cluster; one row more than the page has. */
export const targetPage = async (
  pool: Pool,
  application: string,
  { limit, after }: Page,
): Promise<TargetRow[]> => {
  const { rows } = await pool.query<TargetRow>({
    name: 'target-page',
    text: `
      select t.cluster, c.phase as cluster_phase, t.removing, t.run, t.colours, t.version, t.revision, t.generation, t.hash,
             t.applied_generation, t.health, t.failure, t.drift, t.flaps, c.last_error as cluster_error,
             o.desired, o.updated, o.ready, i.owed, w.owing
      from read.targets t
      left join read.clusters c on c.name = t.cluster
      left join public.target_observations o on o.application = t.application and o.cluster = t.cluster
      cross join lateral (
        select count(*)::int as owed from read.inventory i
        where i.application = t.application and i.cluster = t.cluster and not i.wanted
      ) i
      cross join lateral (
        select jsonb_agg(jsonb_build_object('object', f.ref, 'since', f.owed_since, 'delay', f.delay) order by f.key) as owing
        from (select * from read.inventory i
              where i.application = t.application and i.cluster = t.cluster and not i.wanted
              order by i.key limit 100) f
      ) w
      where t.application = $1 and t.cluster > $2
      order by t.cluster limit $3`,
    values: [application, after ?? '', limit + 1],
  });
  return rows;
};

export interface PlanRow {
  readonly generation: string;
  readonly hash: string | null;
  readonly objects: readonly KubeObject[] | null;
}

export const planOf = async (
  pool: Pool,
  application: string,
  cluster: string,
): Promise<PlanRow | undefined> => {
  const { rows } = await pool.query<PlanRow>({
    name: 'plan-of-target',
    text: `
      select t.generation, t.hash, p.objects
      from read.targets t left join read.plan_contents p on p.hash = t.hash
      where t.application = $1 and t.cluster = $2`,
    values: [application, cluster],
  });
  return rows[0];
};
