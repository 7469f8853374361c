import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createPool, openEventStore, type EventStore, type RecordedEvent } from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';
import { noted, unitOf } from './support/events';
import { until } from './support/until';

describe('a subscription', () => {
  let database: TestDatabase;
  let store: EventStore;
  beforeEach(async () => {
    database = await testDatabase();
    store = await openEventStore({ pool: database.pool });
  });
  afterEach(async () => {
    await store.stop();
    await database.drop();
  });

  const append = async (from: number, to: number, at = store) => {
    for (let n = from; n <= to; n += 1)
      await at.append(unitOf(`c-${n}`, `run/${n % 3}`, 'any', noted(`${n}`)));
  };
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const positions = (events: readonly RecordedEvent[]) => events.map(({ position }) => position);

  it('gives everything after a position, in batches, and then what comes', async () => {
    await append(1, 25);
    await until('sealed', async () => (await store.log.head()).position === 25);
    const batches: number[][] = [];
    const subscription = store.log.subscribe({
      name: 'test',
      after: 5,
      batchSize: 8,
      onBatch: async (events) => void batches.push(positions(events)),
    });
    await until('the past', () => subscription.position === 25);
    expect(batches).toEqual([range(6, 13), range(14, 21), range(22, 25)]);
    await append(26, 30);
    await until('the present', () => subscription.position === 30);
    expect(batches.flat()).toEqual(range(6, 30));
    await subscription.stop();
  });

  it('gives the same events again when a batch fails, and never skips', async () => {
    const seen: number[] = [];
    const errors: unknown[] = [];
    let failures = 3;
    const subscription = store.log.subscribe({
      name: 'test',
      after: 0,
      batchSize: 4,
      onBatch: async (events) => {
        if (events.some(({ position }) => position === 6) && failures-- > 0) throw new Error('not now');
        seen.push(...positions(events));
      },
      onError: (error) => errors.push(error),
    });
    await append(1, 12);
    await until('the end', () => subscription.position === 12);
    await subscription.stop();
    expect(seen).toEqual(range(1, 12));
    expect(errors).toHaveLength(3);
  });

  it('is woken, not polled: an event is there long before the slow poll would find it', async () => {
    const seen = new Map<number, number>();
    const subscription = store.log.subscribe({
      name: 'test',
      after: 0,
      onBatch: async (events) => events.forEach(({ position }) => seen.set(position, performance.now())),
    });
    // Idle long enough that the poll beneath has slowed down to its second.
    await delay(1_500);
    const waits: number[] = [];
    for (let n = 1; n <= 5; n += 1) {
      const start = performance.now();
      await append(n, n);
      await until('seen', () => seen.has(n));
      waits.push((seen.get(n) ?? Infinity) - start);
    }
    await subscription.stop();
    expect(waits.sort((a, b) => a - b)[2]).toBeLessThan(250);
  });

  it('aborts the batch in hand when it is stopped, and waits for it', async () => {
    await append(1, 1);
    let ended = false;
    let begun = false;
    const subscription = store.log.subscribe({
      name: 'test',
      after: 0,
      onBatch: async (_, signal) => {
        begun = true;
        await delay(60_000, undefined, { signal }).catch(() => undefined);
        ended = true;
      },
    });
    await until('begun', () => begun);
    await subscription.stop();
    expect(ended).toBe(true);
  });

  describe('in another process', () => {
    let otherPool: Pool;
    let other: EventStore;
    beforeEach(async () => {
      otherPool = createPool(database.url, { application_name: 'other' });
      other = await openEventStore({ pool: otherPool, seal: false });
    });
    afterEach(async () => {
      await other.stop();
      await otherPool.end();
    });

    it('hears of events appended here, and appends there are sealed here', async () => {
      const seen: number[] = [];
      const subscription = other.log.subscribe({
        name: 'test',
        after: 0,
        onBatch: async (events) => void seen.push(...positions(events)),
      });
      await delay(1_200); // polls have slowed down
      const start = performance.now();
      for (let n = 1; n <= 6; n += 1) {
        const at = n % 2 ? store : other;
        const outcome = await at.append(unitOf(`x-${n}`, 'run/x', 'any', noted(`${n}`)));
        if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
        expect(await at.log.awaitSealed(outcome.seqs[0] ?? 0)).toBe(n);
      }
      await until('seen', () => seen.length === 6);
      expect(performance.now() - start).toBeLessThan(1_000);
      expect(seen).toEqual(range(1, 6));
      await subscription.stop();
    });

    it('goes on after its connections were cut', async () => {
      const seen: number[] = [];
      const subscription = other.log.subscribe({
        name: 'test',
        after: 0,
        batchSize: 3,
        onBatch: async (events) => void seen.push(...positions(events)),
      });
      for (let round = 0; round < 5; round += 1) {
        await append(round * 10 + 1, round * 10 + 10);
        await database.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'other'`,
          [database.name],
        );
      }
      await until('the end', () => subscription.position === 50);
      await subscription.stop();
      expect(seen).toEqual(range(1, 50));
    });
  });
});
