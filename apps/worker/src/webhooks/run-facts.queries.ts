import type { RecordedEvent } from '@keelson/event-store';
import type { Pool } from 'pg';

/** What an event of a run does not say of a cluster, and what never changes once the event was recorded. */
export interface ClusterFacts {
  /** Of the release that the run brings. */
  readonly version: string;
  /** Of the release that the cluster had before; undefined when it had none. */
  readonly before?: string;
}

export type RunFacts = (event: RecordedEvent) => ClusterFacts | undefined;

const TOLD_OF: ReadonlySet<string> = new Set(['ClusterSucceeded', 'ClusterRolledBack']);

interface OfCluster {
  readonly run: string;
  readonly cluster: string;
}

const keyOf = ({ run, cluster }: OfCluster): string => `${run} ${cluster}`;

/** Costs no request where no event needs it. */
export const runFacts = async (pool: Pool, events: readonly RecordedEvent[]): Promise<RunFacts> => {
  const wanted = events.filter(({ type }) => TOLD_OF.has(type)).map(({ data }) => data as OfCluster);
  if (wanted.length === 0) return () => undefined;
  const { rows } = await pool.query<OfCluster & { version: string; before: string | null }>({
    name: 'callback-run-facts',
    text: `
      select r.id as run, c ->> 'name' as cluster, r.version, coalesce(a.version, s.version) as before
      from read.runs r
      cross join lateral jsonb_array_elements(r.state -> 'stages') stage
      cross join lateral jsonb_array_elements(stage -> 'clusters') c
      left join read.releases a on a.id = c ->> 'from'
      left join read.sidecar_releases s on s.id = c ->> 'from'
      where r.id = any($1)`,
    values: [[...new Set(wanted.map(({ run }) => run))]],
  });
  const facts = new Map(
    rows.map(({ version, before, ...of }) => [
      keyOf(of),
      { version, ...(before === null ? {} : { before }) },
    ]),
  );
  return ({ type, data }) => (TOLD_OF.has(type) ? facts.get(keyOf(data as OfCluster)) : undefined);
};
