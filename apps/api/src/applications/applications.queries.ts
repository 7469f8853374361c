import type { ApplicationState, KubeObject, RunPhase } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';

export interface ApplicationRow {
  readonly name: string;
  readonly project: string;
  readonly state: ApplicationState;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly position: string;
  readonly run_phase: RunPhase | null;
  readonly run_over: boolean | null;
  readonly total: number;
  readonly converged: number;
  readonly drifted: number;
  readonly behind: number;
}

export interface WholeApplicationRow extends ApplicationRow {
  /** Of the newest release. */
  readonly released: readonly KubeObject[] | null;
}

/** `converged` is what `targetPhase` calls Available; an unreachable cluster's targets are not. */
const select = (state: string, more = ''): string => `
  select a.name, a.project, ${state} as state, ${more} a.created_at, a.updated_at, a.position,
         r.phase as run_phase, r.over as run_over, t.total, t.converged, t.drifted, t.behind
  from read.applications a
  left join read.runs r on r.id = a.active_run
  cross join lateral (
    select count(*)::int as total,
           count(*) filter (where t.generation > t.applied_generation)::int as behind,
           count(*) filter (where t.drift <> '[]')::int as drifted,
           count(*) filter (where not t.removing and t.drift = '[]' and t.generation > 0
             and c.phase is distinct from 'Unreachable'
             and t.generation <= t.applied_generation and t.health ->> 'status' = 'Current'
             and (t.health ->> 'generation')::bigint = t.generation)::int as converged
    from read.targets t left join read.clusters c on c.name = t.cluster
    where t.application = a.name
  ) t
  where (not a.deleted or t.total > 0)`;

/** By name, one row more than the page has, and without manifests: a page of them could be a gigabyte. */
export const applicationPage = async (pool: Pool, { limit, after }: Page): Promise<ApplicationRow[]> => {
  const { rows } = await pool.query<ApplicationRow>({
    name: 'application-page',
    text: `${select("a.state #- '{definition,objects}' #- '{definition,overrides}'")}
      and a.name > $1 order by a.name limit $2`,
    values: [after ?? '', limit + 1],
  });
  return rows;
};

const RELEASED =
  "(select l.objects from read.releases l where l.id = a.state #>> '{release,id}') as released,";

/** Undefined when there is none, or when it was deleted and every cluster has confirmed. */
export const applicationByName = async (
  pool: Pool,
  name: string,
): Promise<WholeApplicationRow | undefined> => {
  const { rows } = await pool.query<WholeApplicationRow>({
    name: 'application-by-name',
    text: `${select('a.state', RELEASED)} and a.name = $1`,
    values: [name],
  });
  return rows[0];
};

/** Whether GETs below `/applications/{name}` have anything to show. */
export const applicationIsKnown = async (pool: Pool, name: string): Promise<boolean> => {
  const { rows } = await pool.query({
    name: 'application-is-known',
    text: `select from read.applications a where a.name = $1
      and (not a.deleted or exists (select from read.targets t where t.application = a.name))`,
    values: [name],
  });
  return rows.length > 0;
};
