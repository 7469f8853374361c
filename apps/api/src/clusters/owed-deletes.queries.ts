import type { ForgottenDeletes } from '@keelson/domain';
import type { Pool } from 'pg';

/** As many as an event names of them: one over about 900 kB does not fit a message of the brokers. */
const NAMED = 100;

/** What a cluster must still delete, as far as the read model knows. */
export const owedTo = async (pool: Pool, cluster: string): Promise<ForgottenDeletes> => {
  const { rows } = await pool.query<ForgottenDeletes>({
    name: 'owed-to-cluster',
    text: `
      with owed as (select application, key, ref from read.inventory where cluster = $1 and not wanted)
      select (select count(*)::int from owed) as total,
             coalesce((select jsonb_agg(jsonb_build_object('application', application, 'object', ref))
                       from (select * from owed order by application, key limit $2) first), '[]') as objects`,
    values: [cluster, NAMED],
  });
  return rows[0] ?? { total: 0, objects: [] };
};
