import type { Pool } from 'pg';

/** Clusters that are registered, by the log itself: the read model may still be on its way. */
export const countClusters = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>(`
    select count(*)::int as count
    from (
      select distinct on (stream_id) type from events
      where type in ('ClusterRegistered', 'ClusterForgotten')
      order by stream_id, version desc
    ) last
    where type = 'ClusterRegistered'`);
  return rows[0]?.count ?? 0;
};
