import { clusterStream } from '@keelson/domain';
import type { Pool } from 'pg';

/**
 * Which of these clusters are registered and not forgotten. Asked of the log itself: the read model may not have seen
 * a cluster that the same client registered a moment ago.
 */
export const registeredClusters = async (
  pool: Pool,
  names: readonly string[],
): Promise<ReadonlySet<string>> => {
  const { rows } = await pool.query<{ stream_id: string }>({
    name: 'registered-clusters',
    text: `
      select s.stream_id
      from unnest($1::text[]) as s (stream_id)
      cross join lateral (
        select e.type from events e
        where e.stream_id = s.stream_id and e.type in ('ClusterRegistered', 'ClusterForgotten')
        order by e.version desc limit 1
      ) last
      where last.type = 'ClusterRegistered'`,
    values: [names.map(clusterStream)],
  });
  const found = new Set(rows.map((row) => row.stream_id));
  return new Set(names.filter((name) => found.has(clusterStream(name))));
};
