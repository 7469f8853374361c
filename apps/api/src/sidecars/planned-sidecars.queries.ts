import type { RenderedSidecar } from '@keelson/domain';
import type { Pool } from 'pg';

/** What sidecars add to an application's plans, by cluster and in the order of the plan. */
export const plannedSidecars = async (
  pool: Pool,
  application: string,
): Promise<ReadonlyMap<string, readonly RenderedSidecar[]>> => {
  const { rows } = await pool.query<{ cluster: string; sidecars: RenderedSidecar[] }>({
    name: 'planned-sidecars',
    text: `
      select t.cluster, jsonb_agg(f.record order by s.key collate "C") as sidecars
      from read.targets t
      cross join lateral jsonb_each(t.sidecars) s
      join read.sidecar_releases f on f.id = s.value ->> 'release'
      where t.application = $1
      group by t.cluster`,
    values: [application],
  });
  return new Map(rows.map(({ cluster, sidecars }) => [cluster, sidecars]));
};
