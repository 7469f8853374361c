import type { Pool } from 'pg';
import {
  createPool,
  DeadlineError,
  openEventStore,
  ProjectionVersionError,
  type EventStore,
  type ProjectionOptions,
} from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';
import { unitOf } from './support/events';
import { until } from './support/until';

interface Step {
  readonly by: number;
}

/** Sums by stream, in a way that shows an event applied twice, left out or out of order. */
const sums = (version: number, more: Partial<ProjectionOptions> = {}): ProjectionOptions => ({
  name: 'sums',
  version,
  schema: 'sums',
  ddl: 'create table sums (stream text primary key, total bigint not null, last int not null)',
  batchSize: 7,
  async apply(events, client) {
    for (const { stream, version: at, data } of events)
      await client.query(
        `insert into sums values ($1, $2, $3)
         on conflict (stream) do update set total = (sums.total * 3 + excluded.total) % 1000003, last = excluded.last`,
        [stream, (data as Step).by, at],
      );
  },
  ...more,
});

describe('a projection', () => {
  let database: TestDatabase;
  let otherPool: Pool;
  let store: EventStore;
  let other: EventStore;
  beforeEach(async () => {
    database = await testDatabase();
    otherPool = createPool(database.url);
    store = await openEventStore({ pool: database.pool });
    other = await openEventStore({ pool: otherPool, seal: false });
  });
  afterEach(async () => {
    await Promise.all([store.stop(), other.stop()]);
    await otherPool.end();
    await database.drop();
  });

  let command = 0;
  const append = async (count: number): Promise<number> => {
    let last = 0;
    for (let n = 0; n < count; n += 1) {
      const outcome = await store.append(
        unitOf(`c-${(command += 1)}`, `run/${command % 4}`, 'any', {
          type: 'Stepped',
          data: { by: command % 5 },
        }),
      );
      if (outcome.outcome === 'ok') last = outcome.seqs[0] ?? 0;
    }
    return store.log.awaitSealed(last);
  };
  const table = async (schema = 'sums') =>
    (await database.pool.query(`select * from ${schema}.sums order by stream`)).rows;
  /** What the table should be, folded here. */
  const expected = async () => {
    const totals = new Map<string, { total: number; last: number }>();
    for (const { stream, version, data } of await store.log.read({ limit: 10_000 })) {
      const before = totals.get(stream);
      totals.set(stream, {
        total: ((before?.total ?? 0) * 3 + (data as Step).by) % 1_000_003,
        last: version,
      });
    }
    return [...totals].sort().map(([stream, { total, last }]) => ({ stream, total: String(total), last }));
  };
  const schemas = async () =>
    (
      await database.pool.query<{ nspname: string }>(
        `select nspname from pg_namespace where nspname like 'sums%'`,
      )
    ).rows.map(({ nspname }) => nspname);

  it('makes its schema, catches up, follows, and can be waited for in every process', async () => {
    await append(20);
    const advanced: number[] = [];
    const projection = store.runProjection(sums(1, { onAdvanced: (position) => advanced.push(position) }));
    await projection.ready;
    const position = await append(10);
    await projection.waitFor(position, 5_000);
    expect(projection.position).toBe(position);
    // Told after the commit's answer, which may come a moment after the notification that ended the wait.
    await until('told', () => advanced.at(-1) === position);
    expect(await table()).toEqual(await expected());

    const next = append(1);
    await other.waitForProjection('sums', position + 1, 5_000);
    expect(await next).toBe(position + 1);
    expect(await table()).toEqual(await expected());
    await expect(other.waitForProjection('sums', position + 100, 50)).rejects.toThrow(DeadlineError);
  });

  it('goes on from its checkpoint after a restart', async () => {
    const first = store.runProjection(sums(1));
    await first.waitFor(await append(10), 5_000);
    await first.stop();
    const position = await append(10);
    const second = store.runProjection(sums(1));
    await second.waitFor(position, 5_000);
    expect(await table()).toEqual(await expected());
  });

  it('a batch that fails half-way leaves nothing, and is done again', async () => {
    let failures = 2;
    const errors: unknown[] = [];
    const plain = sums(1);
    const projection = store.runProjection({
      ...plain,
      async apply(events, client) {
        await plain.apply(events, client);
        if (failures-- > 0) throw new Error('half-way');
      },
      onError: (error) => errors.push(error),
    });
    await projection.waitFor(await append(10), 5_000);
    expect(errors).toHaveLength(2);
    expect(await table()).toEqual(await expected());
  });

  it('two runners of the same one do no harm', async () => {
    const runners = [store.runProjection(sums(1)), other.runProjection(sums(1))];
    await Promise.all(runners.map(({ ready }) => ready));
    const position = await append(200);
    await Promise.all(runners.map((runner) => runner.waitFor(position, 10_000)));
    expect(await table()).toEqual(await expected());
    const { rows } = await database.pool.query('select pos from checkpoints');
    expect(rows).toEqual([{ pos: String(position) }]);
  });

  it('one that was stopped in the middle of a batch keeps no other from stopping, and loses nothing', async () => {
    const errors: unknown[] = [];
    const first = store.runProjection(sums(1, { onError: (error) => errors.push(error) }));
    await first.waitFor(await append(3), 5_000);
    const frozen = await otherPool.connect();
    try {
      await frozen.query(`begin; update checkpoints set pos = pos where name = 'sums'`);
      const position = await append(3);
      await until('it waits for its turn', async () => {
        const { rows } = await database.pool.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%checkpoints set pos%' and datname = current_database()`,
        );
        return rows.length > 0;
      });
      await first.stop();
      expect(errors).toEqual([]);
      await frozen.query('rollback');
      await store.runProjection(sums(1)).waitFor(position, 5_000);
      expect(await table()).toEqual(await expected());
    } finally {
      frozen.release();
    }
  });

  it('two that start at once on an empty database agree on who makes the schema', async () => {
    const errors: unknown[] = [];
    const options = sums(1, { onError: (error) => errors.push(error) });
    const runners = [store.runProjection(options), other.runProjection(options)];
    await Promise.all(runners.map(({ ready }) => ready));
    expect(errors).toEqual([]);
  });

  it('a newer version is built beside the old one while events come in, and equals it', async () => {
    const old = other.runProjection(sums(1));
    await old.waitFor(await append(60), 10_000);
    const live = await table();
    expect(live).toEqual(await expected());

    let inUse = 0;
    const plain = sums(2, { batchSize: 5 });
    const newer = store.runProjection({
      ...plain,
      async apply(events, client) {
        // The old one serves until the swap.
        if ((await schemas()).includes('sums_next')) inUse += (await table()).length;
        await plain.apply(events, client);
      },
    });
    const position = await append(40);
    await newer.ready;
    await newer.waitFor(position, 10_000);
    expect(inUse).toBeGreaterThan(0);
    expect(await table()).toEqual(await expected());
    expect(await schemas()).toEqual(['sums']);
    expect((await database.pool.query('select name, version from checkpoints')).rows).toEqual([
      { name: 'sums', version: 2 },
    ]);

    // The old program's runner sees that it is out of date, and writes no more.
    await append(3);
    await newer.waitFor(position + 3, 5_000);
    expect(await table()).toEqual(await expected());
  });

  it('a rebuild that was interrupted is begun again', async () => {
    const old = store.runProjection(sums(1));
    const position = await append(30);
    await old.waitFor(position, 5_000);
    await old.stop();
    let batches = 0;
    const plain = sums(2);
    const interrupted = store.runProjection({
      ...plain,
      async apply(events, client) {
        await plain.apply(events, client);
        batches += 1;
        if (batches === 2) void interrupted.stop();
      },
    });
    await expect(interrupted.ready).rejects.toThrow();
    expect(await schemas()).toEqual(expect.arrayContaining(['sums', 'sums_next']));
    const again = store.runProjection(sums(2));
    await again.ready;
    await again.waitFor(position, 5_000);
    expect(await table()).toEqual(await expected());
    expect(await schemas()).toEqual(['sums']);
  });

  it('refuses a read model of a newer program, and stops when one takes over', async () => {
    const errors: unknown[] = [];
    const old = other.runProjection(sums(1, { onError: (error) => errors.push(error) }));
    await old.waitFor(await append(3), 5_000);
    const newer = store.runProjection(sums(2));
    await newer.ready;
    await newer.waitFor(await append(3), 5_000);
    await until('the old one stops', () => errors.some((error) => error instanceof ProjectionVersionError));
    const refused = other.runProjection(sums(1));
    await expect(refused.ready).rejects.toThrow(ProjectionVersionError);
  });
});
