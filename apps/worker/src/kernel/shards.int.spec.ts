import { Client } from 'pg';
import { createPool } from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../../../test/support/database';
import { until } from '../../../../test/support/until';
import { ShardOwnership, SHARDS } from './shards';

describe('the shards of several workers', () => {
  let database: TestDatabase;
  let pool: ReturnType<typeof createPool>;
  const running: ShardOwnership[] = [];
  const errors: unknown[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
  });
  afterAll(async () => {
    await Promise.all(running.map((worker) => worker.stop()));
    await pool.end();
    await database.drop();
  });

  const join = async (silentMs?: number): Promise<ShardOwnership> => {
    const worker = new ShardOwnership(
      pool,
      () => undefined,
      (error) => errors.push(error),
      silentMs,
    );
    running.push(worker);
    await worker.start();
    return worker;
  };

  /** The session of a worker as it looks that was stopped: it lives, holds what it held, and asks nothing. */
  const stopped = async (): Promise<{ ended: Promise<unknown> }> => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    client.on('error', () => undefined);
    const ended = new Promise((resolve) => client.once('end', resolve));
    await client.query(`select pg_advisory_lock_shared(x'6b65656d'::int, 0)`);
    await client.query(
      `select pg_advisory_lock(x'6b65656c'::int, shard) from generate_series(0, $1 - 1) shard`,
      [SHARDS],
    );
    return { ended };
  };

  it('are shared by those that live, and a silent one is not left what it holds', async () => {
    const { ended } = await stopped();
    // Whoever speaks every two seconds is not silent.
    const workers = [await join(3_000), await join(3_000)];
    expect(workers.map(({ owned }) => owned.size)).toEqual([0, 0]);
    await ended;
    await until('each has half', () => workers.every(({ owned }) => owned.size === SHARDS / 2));
    expect(new Set(workers.flatMap(({ owned }) => [...owned])).size).toBe(SHARDS);
    expect(errors).toEqual([]);
  });

  it('of one whose session was ended are taken anew by whoever is there', async () => {
    await pool.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = x'6b65656d'::int`,
    );
    await until('both have heard of it', () => errors.length === 2);
    await until('all are owned again', () => running.every(({ owned }) => owned.size === SHARDS / 2));
  });
});
