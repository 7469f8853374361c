import type { HealthStatus, SidecarState } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';

export interface SidecarRow {
  readonly name: string;
  readonly state: SidecarState;
  readonly settled_release: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly position: string;
  readonly run_phase: string | null;
  readonly run_over: boolean | null;
  readonly total: number;
  readonly released: number;
}

const SELECT = `
  select s.name, s.state, s.settled_release, s.record ->> 'createdAt' as created_at,
         s.record ->> 'updatedAt' as updated_at, s.position, r.phase as run_phase, r.over as run_over,
         t.total, t.released
  from read.sidecars s
  left join read.runs r on r.id = s.active_run
  cross join lateral (
    select count(*)::int as total,
           count(*) filter (where t.sidecars #>> array[s.name, 'release'] = s.state #>> '{release,id}')::int as released
    from read.targets t
    where not t.removing and t.sidecars ? s.name and t.sidecars #> array[s.name, 'leaving'] is null
  ) t
  where not s.deleted`;

/** By name; one row more than the page has. */
export const sidecarPage = async (pool: Pool, { limit, after }: Page): Promise<SidecarRow[]> => {
  const { rows } = await pool.query<SidecarRow>({
    name: 'sidecar-page',
    text: `${SELECT} and s.name > $1 order by s.name limit $2`,
    values: [after ?? '', limit + 1],
  });
  return rows;
};

export const sidecarByName = async (pool: Pool, name: string): Promise<SidecarRow | undefined> => {
  const { rows } = await pool.query<SidecarRow>({
    name: 'sidecar-by-name',
    text: `${SELECT} and s.name = $1`,
    values: [name],
  });
  return rows[0];
};

export interface SidecarTargetRow {
  readonly application: string;
  readonly cluster: string;
  readonly unreachable: boolean;
  readonly planned: boolean;
  readonly release: string | null;
  readonly version: string | null;
  readonly run: string | null;
  readonly waiting: boolean;
  readonly generation: string;
  readonly applied_generation: string;
  readonly drifted: number;
  readonly health: {
    readonly generation: number;
    readonly status: HealthStatus;
    readonly message: string;
  } | null;
  readonly failure: { readonly message: string } | null;
}

/** By cluster and application, where `after` is `CLUSTER/APPLICATION`; one row more than the page has. */
export const sidecarTargetPage = async (
  pool: Pool,
  sidecar: string,
  { limit, after = '' }: Page,
): Promise<SidecarTargetRow[]> => {
  const [cluster = '', application = ''] = after.split('/');
  const { rows } = await pool.query<SidecarTargetRow>({
    name: 'sidecar-target-page',
    text: `
      select t.application, t.cluster, c.phase = 'Unreachable' as unreachable,
             t.hash is not null or t.failure is not null as planned,
             f.id as release, f.version, sc.run, t.sidecars #> array[$1, 'deferred'] is not null as waiting,
             t.generation, t.applied_generation, jsonb_array_length(t.drift) as drifted, t.health, t.failure
      from read.targets t
      join read.clusters c on c.name = t.cluster
      left join read.sidecar_releases f on f.id = t.sidecars #>> array[$1, 'release']
      left join read.sidecar_clusters sc on sc.sidecar = $1 and sc.cluster = t.cluster
      where t.sidecars ? $1 and not t.removing and t.sidecars #> array[$1, 'leaving'] is null
        and (t.cluster, t.application) > ($2, $3)
      order by t.cluster, t.application limit $4`,
    values: [sidecar, cluster, application, limit + 1],
  });
  return rows;
};
