import type { PoolClient } from 'pg';

/** One statement over rows that travel as one JSON parameter; none where there are no rows. */
export const write = async (client: PoolClient, sql: string, rows: readonly unknown[]): Promise<void> => {
  if (rows.length > 0) await client.query(sql, [JSON.stringify(rows)]);
};

/** Into a table by name; `key` is the field of the record that names it. */
export const writeNamed = (
  client: PoolClient,
  { table, key }: { readonly table: string; readonly key: string },
  records: readonly unknown[],
): Promise<void> =>
  write(
    client,
    `insert into ${table} (name, position, record)
     select r ->> '${key}', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (name) do update set position = excluded.position, record = excluded.record`,
    records,
  );
