import type { PoolClient } from 'pg';

/** One statement over rows that travel as one JSON parameter; none where there are no rows. */
export const write = async (client: PoolClient, sql: string, rows: readonly unknown[]): Promise<void> => {
  if (rows.length > 0) await client.query(sql, [JSON.stringify(rows)]);
};
