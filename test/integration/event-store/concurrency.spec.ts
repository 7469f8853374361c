import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import {
  appendWithin,
  createPool,
  openEventStore,
  verifyLog,
  type EventStore,
  type RecordedEvent,
} from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';
import { noted, unitOf } from './support/events';
import { startProgram } from './support/process';
import { until } from './support/until';

/** Every committed event exactly once in `events`, at positions 1, 2, 3 …, each stream in version order. */
const expectWhole = async (database: TestDatabase, events: readonly RecordedEvent[]): Promise<void> => {
  const { rows } = await database.pool.query<{ event_id: string }>('select event_id from events');
  expect(events.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
  expect(new Set(events.map(({ id }) => id))).toEqual(new Set(rows.map(({ event_id }) => event_id)));
  const versions = new Map<string, number>();
  for (const { stream, version } of events) {
    expect(`${stream} ${version}`).toBe(`${stream} ${(versions.get(stream) ?? 0) + 1}`);
    versions.set(stream, version);
  }
};

/** Holds its transaction open between append and commit; rolls some back. */
const slowWriter = async (database: TestDatabase, writer: number, turns: number): Promise<number> => {
  let committed = 0;
  const client = await database.pool.connect();
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      await client.query('begin');
      // Streams are shared between writers, so their locks are contended for.
      await appendWithin(
        client,
        unitOf(`slow-${writer}-${turn}`, `run/slow-${writer % 3}`, 'any', noted('a'), noted('b')),
      );
      await delay(Math.random() * 12);
      const keep = turn % 5 !== 4;
      await client.query(keep ? 'commit' : 'rollback');
      if (keep) committed += 2;
    }
  } finally {
    client.release();
  }
  return committed;
};

const fastWriter = async (store: EventStore, writer: number, turns: number): Promise<number> => {
  for (let turn = 0; turn < turns; turn += 1)
    await store.append(unitOf(`fast-${writer}-${turn}`, `run/fast-${writer % 4}`, 'any', noted('x')));
  return turns;
};

const terminate = (database: TestDatabase, applicationName: string) =>
  database.pool.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = $2',
    [applicationName, database.name],
  );

// Starting servers and processes takes its time on a busy machine.
jest.setTimeout(60_000);

describe('16 writers, slow and fast', () => {
  let database: TestDatabase;
  /** Run whatever becomes of the test: a store left open would keep the failed run from ending. */
  let cleanUps: (() => Promise<unknown>)[] = [];
  beforeEach(async () => (database = await testDatabase(undefined, { max: 40 })));
  afterEach(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    cleanUps = [];
    await database.drop();
  });

  it('lose nothing and repeat nothing while sealers are killed and the subscriber is cut off', async () => {
    const victims = createPool(database.url, { application_name: 'victim' });
    cleanUps.push(() => victims.end());
    const writing = await openEventStore({ pool: database.pool });
    const reading = await openEventStore({ pool: victims });
    cleanUps.push(() => Promise.all([writing.stop(), reading.stop()]));
    const seen: RecordedEvent[] = [];
    const subscription = reading.log.subscribe({
      name: 'test',
      after: 0,
      batchSize: 100,
      onBatch: async (events) => {
        seen.push(...events);
      },
    });
    let over = false;
    const havoc = (async () => {
      let killed = 0;
      while (!over) {
        // A sealer of its own, killed by the kernel wherever it is; and the connections of ours, by the server.
        const sealer = startProgram('sealing-process.ts', database.url);
        await sealer.line();
        await delay(Math.random() * 100);
        await sealer.kill();
        await terminate(database, 'victim');
        killed += 1;
      }
      return killed;
    })();
    cleanUps.push(() => {
      over = true;
      return havoc;
    });

    const slow = Array.from({ length: 8 }, (_, writer) => slowWriter(database, writer, 60));
    const fast = Array.from({ length: 8 }, (_, writer) => fastWriter(writing, writer, 400));
    const counts = await Promise.all([...slow, ...fast]);
    over = true;
    expect(await havoc).toBeGreaterThan(0);

    const written = counts.reduce((sum, count) => sum + count, 0);
    expect(written).toBe(8 * 48 * 2 + 8 * 400);
    await until('everything is sealed and seen', () => seen.length >= written);
    await subscription.stop();
    await expectWhole(database, seen);
    expect(await verifyLog(database.pool)).toMatchObject({ ok: true, checked: written });
  });

  it('keep their order whatever the schedule (property)', async () => {
    const store = await openEventStore({ pool: database.pool });
    cleanUps.push(() => store.stop());
    let round = 0;
    // A step: how long its transaction stays open, which of three streams it writes, whether it commits.
    const step = fc.record({ holdMs: fc.nat(6), stream: fc.nat(2), commits: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async (writers) => {
        round += 1;
        const before = (await store.log.head()).position;
        await Promise.all(
          writers.map(async (steps, writer) => {
            const client = await database.pool.connect();
            try {
              for (const [index, { holdMs, stream, commits }] of steps.entries()) {
                await client.query('begin');
                const command = `${round}-${writer}-${index}`;
                await appendWithin(client, unitOf(command, `run/${round}-${stream}`, 'any', noted(command)));
                await delay(holdMs);
                await client.query(commits ? 'commit' : 'rollback');
              }
            } finally {
              client.release();
            }
          }),
        );
        const committed = writers.flat().filter(({ commits }) => commits).length;
        await until('sealed', async () => (await store.log.head()).position >= before + committed);
        await expectWhole(database, await store.log.read({ limit: 10_000 }));
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});
