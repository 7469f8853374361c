import type { Pool, PoolClient } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { ProjectionVersionError } from '../errors';
import type { LogReader } from '../read/log-reader';
import { readCheckpoint } from './checkpoints';
import type { ProjectionOptions } from './options';
import { rebuild } from './rebuild';
import { inSchema } from './transaction';

const lockRetryMs = 200;

/** One process prepares a projection; the others wait, and find it prepared. */
const locked = async <Result>(
  pool: Pool,
  name: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> => {
  const client: PoolClient = await pool.connect();
  const call = async (what: string) =>
    (
      await client.query<{ done: boolean }>(`select ${what}(hashtextextended($1, 0)) as done`, [
        `:projection:${name}`,
      ])
    ).rows[0]?.done;
  try {
    while (!(await call('pg_try_advisory_lock'))) await delay(lockRetryMs, undefined, { signal });
    return await work();
  } finally {
    // Ending the session frees the lock, also when the connection is in no state to be asked.
    client.release(true);
  }
};

/**
 * Makes the read model's schema when there is none, builds it anew when it was made by an older version.
 * Answers the position to go on from.
 */
export const prepare = (
  pool: Pool,
  log: LogReader,
  options: ProjectionOptions,
  signal: AbortSignal,
): Promise<number> =>
  locked(pool, options.name, signal, async () => {
    const { name, version, schema, ddl } = options;
    const stored = await readCheckpoint(pool, name);
    if (stored && stored.version > version)
      throw new ProjectionVersionError(
        `projection ${name} was built by version ${stored.version}, this program has version ${version}: upgrade it`,
      );
    if (stored?.version === version) return stored.position;
    const { rowCount } = await pool.query('select from pg_namespace where nspname = $1', [schema]);
    if (stored || rowCount) return rebuild(pool, log, options, signal);
    await pool.query(`create schema "${schema}"`);
    await inSchema(pool, schema, async (client) => {
      await client.query(ddl);
      await client.query('insert into public.checkpoints (name, version, pos) values ($1, $2, 0)', [
        name,
        version,
      ]);
    });
    return 0;
  });
