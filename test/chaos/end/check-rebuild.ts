import { Pool } from 'pg';
import { until } from '../../support/until';
import type { World } from '../world/world';

const REBUILD_MS = 60_000;

/**
 * Builds the read model anew from the log and compares it with the one that lived through everything. The clusters are
 * frozen meanwhile, so that nobody records anything: an unchanged end of the log proves it.
 */
export const compareWithRebuild = async ({ postgres, simulator, servers }: World): Promise<string[]> => {
  const worker = [...servers.values()].find(({ name }) => name.startsWith('worker'))!;
  const pool = new Pool({ connectionString: postgres.url, max: 2, application_name: 'chaos' });
  pool.on('error', () => undefined);
  try {
    const head = await headOf(pool);
    const lived = await contentsOf(pool);
    simulator.freeze();
    await pool.query(`update checkpoints set version = 0 where name = 'fleet'`);
    await worker.start();
    await until(
      'the read model is rebuilt',
      async () => {
        const { rows } = await pool.query(`select version, pos from checkpoints where name = 'fleet'`);
        return rows[0]?.version > 0 && Number(rows[0]?.pos) >= head;
      },
      REBUILD_MS,
    );
    const rebuilt = await contentsOf(pool);
    if ((await headOf(pool)) !== head) return ['something was recorded while the read model was rebuilt'];
    await worker.end('SIGTERM');
    simulator.thaw();
    return differencesOf(lived, rebuilt);
  } finally {
    simulator.thaw();
    await pool.end();
  }
};

type Contents = ReadonlyMap<string, readonly string[]>;

const headOf = async (pool: Pool): Promise<number> =>
  Number((await pool.query('select pos from log_head')).rows[0].pos);

/** Every row of every table, whatever tables there are. */
const contentsOf = async (pool: Pool): Promise<Contents> => {
  const tables = await pool.query<{ table: string }>(
    `select table_name as table from information_schema.tables where table_schema = 'read' order by 1`,
  );
  const contents = new Map<string, string[]>();
  for (const { table } of tables.rows) {
    const { rows } = await pool.query<{ row: string }>(
      `select to_jsonb(t)::text as row from read."${table}" t order by 1`,
    );
    contents.set(
      table,
      rows.map(({ row }) => row),
    );
  }
  return contents;
};

const differencesOf = (lived: Contents, rebuilt: Contents): string[] =>
  [...lived].flatMap(([table, rows]) => {
    const anew = new Set(rebuilt.get(table));
    const before = new Set(rows);
    return [
      ...rows.filter((row) => !anew.has(row)).map((row) => `read.${table} lived to have ${row}`),
      ...[...anew].filter((row) => !before.has(row)).map((row) => `read.${table} is rebuilt with ${row}`),
    ];
  });
