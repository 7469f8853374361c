import type { Run } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';

export interface RunRow {
  readonly id: string;
  readonly state: Run;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly position: string;
}

export interface RunFilter {
  readonly application?: string | undefined;
  readonly phase?: string | undefined;
}

const COLUMNS = 'r.id, r.state, r.started_at, r.finished_at, r.position';

/** Newest first; one row more than the page has. `after` is a run's id. */
export const runPage = async (
  pool: Pool,
  { application, phase }: RunFilter,
  { limit, after }: Page,
): Promise<RunRow[]> => {
  const { rows } = await pool.query<RunRow>({
    name: 'run-page',
    text: `
      select ${COLUMNS} from read.runs r
      where ($1::text is null or r.application = $1)
        and ($2::text is null or r.phase = $2)
        and ($3::text is null or (r.started_at, r.id) < (select c.started_at, c.id from read.runs c where c.id = $3))
      order by r.started_at desc, r.id desc limit $4`,
    values: [application ?? null, phase ?? null, after ?? null, limit + 1],
  });
  return rows;
};

export const runById = async (pool: Pool, id: string): Promise<RunRow | undefined> => {
  const { rows } = await pool.query<RunRow>({
    name: 'run-by-id',
    text: `select ${COLUMNS} from read.runs r where r.id = $1`,
    values: [id],
  });
  return rows[0];
};

export interface ProgressRow {
  readonly run: string;
  readonly cluster: string;
  /** The cluster has taken the run's plan; until then its counts are those of what ran before. */
  readonly applied: boolean;
  readonly desired: number;
  readonly updated: number;
  readonly ready: number;
}

/**
 * Replica counts of the targets that these runs moved last, for all of the runs at once; of a sidecar's run those of
 * all targets in a cluster together.
 */
export const progressOf = async (pool: Pool, runs: readonly RunRow[]): Promise<ProgressRow[]> => {
  const { rows } = await pool.query<ProgressRow>({
    name: 'run-progress',
    text: `
      select t.run, t.cluster, t.applied_generation >= t.generation as applied, o.desired, o.updated, o.ready
      from read.targets t
      join public.target_observations o on o.application = t.application and o.cluster = t.cluster
      where t.application = any($1) and t.run = any($2)
      union all
      select s.run, t.cluster, bool_and(t.applied_generation >= t.generation), sum(o.desired)::int,
             sum(o.updated)::int, sum(o.ready)::int
      from read.sidecar_clusters s
      join read.targets t on t.cluster = s.cluster and t.sidecars ? s.sidecar
      join public.target_observations o on o.application = t.application and o.cluster = t.cluster
      where s.run = any($2)
      group by s.run, t.cluster`,
    values: [[...new Set(runs.map(({ state }) => state.application))], runs.map(({ id }) => id)],
  });
  return rows;
};
