import type { Pool } from 'pg';
import type { LogReader } from '../read/log-reader';
import { moveCheckpoint, readCheckpoint } from './checkpoints';
import type { ProjectionOptions } from './options';
import { inSchema } from './transaction';

/**
 * Builds the read model anew in `<schema>_next` while the old one stays in use, and swaps them in one transaction.
 * One that was interrupted is begun again: what it had made is dropped first.
 */
export const rebuild = async (
  pool: Pool,
  log: LogReader,
  options: ProjectionOptions,
  signal: AbortSignal,
): Promise<number> => {
  const { name, version, schema, ddl, batchSize = 500 } = options;
  const next = `${schema}_next`;
  const old = `${schema}_old`;
  const nextName = `${name}@next`;
  await pool.query(`drop schema if exists "${next}" cascade; create schema "${next}"`);
  await inSchema(pool, next, async (client) => {
    await client.query(ddl);
    await client.query(
      `insert into public.checkpoints (name, version, pos) values ($1, $2, 0)
       on conflict (name) do update set version = excluded.version, pos = 0`,
      [nextName, version],
    );
  });

  let position = 0;
  const readNext = () => log.read({ after: position, limit: batchSize });
  for (let events = await readNext(); events.length > 0; events = await readNext()) {
    signal.throwIfAborted();
    const to = events.at(-1)?.position ?? position;
    await inSchema(pool, next, async (client) => {
      if (!(await moveCheckpoint(client, nextName, { version, position }, to)))
        throw new Error(`somebody else moves ${nextName}`);
      await options.apply(events, client);
    });
    position = to;
  }

  await inSchema(pool, next, async (client) => {
    // The old one's runners, perhaps of an older program, wait here and then find their checkpoint gone.
    await client.query('select from public.checkpoints where name = $1 for update', [name]);
    const live = (await readCheckpoint(client, name))?.position ?? 0;
    while (position < live) {
      const events = await readNext();
      await options.apply(events, client);
      position = events.at(-1)?.position ?? live;
    }
    const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema]);
    await client.query(`drop schema if exists "${old}" cascade`);
    if (rowCount) await client.query(`alter schema "${schema}" rename to "${old}"`);
    await client.query(`alter schema "${next}" rename to "${schema}"`);
    await client.query('delete from public.checkpoints where name = any($1)', [[name, nextName]]);
    await client.query('insert into public.checkpoints (name, version, pos) values ($1, $2, $3)', [
      name,
      version,
      position,
    ]);
  });
  // After the swap: dropping waits for queries still under way on the old tables.
  await pool.query(`drop schema if exists "${old}" cascade`);
  return position;
};
