import { randomUUID } from 'node:crypto';
import {
  appendWithin,
  ConcurrencyError,
  createPool,
  forgetAnswers,
  openEventStore,
  type EventStore,
} from '@keelson/event-store';
import type { Pool } from 'pg';
import { testDatabase, type TestDatabase } from '../../support/database';
import { until } from './support/until';
import { counter, noted, unitOf } from './support/events';

const context = (commandId: string = randomUUID()) => ({ commandId, actor: 'test' });

describe('the command executor', () => {
  let database: TestDatabase;
  let otherPool: Pool;
  let store: EventStore;
  /** Another process, as far as caches go. */
  let other: EventStore;
  beforeAll(async () => {
    database = await testDatabase();
    otherPool = createPool(database.url);
    store = await openEventStore({ pool: database.pool });
    other = await openEventStore({ pool: otherPool, seal: false });
  });
  afterAll(async () => {
    await Promise.all([store.stop(), other.stop()]);
    await otherPool.end();
    await database.drop();
  });

  const add = (by: number, stream: string, at = store, commandId?: string) =>
    at.commands.execute(context(commandId), (unit) => unit.decide(counter, stream, { by }));
  const total = async (stream: string) =>
    (await store.log.readStream(stream)).reduce((sum, { data }) => sum + (data as { by: number }).by, 0);

  it('answers with the final position, the value and the events', async () => {
    const result = await add(2, 'run/a');
    const { position } = await store.log.head();
    expect(result).toMatchObject({ ok: true, position, value: { total: 2 } });
    const again = await add(3, 'run/a');
    expect(again).toMatchObject({
      ok: true,
      position: position + 1,
      value: { total: 5 },
      events: [{ version: 2 }],
    });
  });

  it('rejects without recording anything', async () => {
    const before = await store.log.head();
    expect(await add(2_000, 'run/b')).toMatchObject({
      ok: false,
      rejection: { kind: 'conflict', code: 'full' },
    });
    expect(await store.log.head()).toEqual(before);
  });

  it('a rejection ends the whole unit', async () => {
    const result = await store.commands.execute(context(), async (unit) => {
      unit.append('run/c-1', [noted('never')]);
      await unit.decide(counter, 'run/c-2', { by: 2_000 });
    });
    expect(result.ok).toBe(false);
    expect(await store.log.readStream('run/c-1')).toEqual([]);
  });

  it('without events answers the position of the end of the log', async () => {
    const result = await add(0, 'run/d');
    expect(result).toMatchObject({ ok: true, position: (await store.log.head()).position, events: [] });
  });

  it('without events answers a position that has what it was decided on', async () => {
    const stalling = await otherPool.connect();
    let commands;
    try {
      await stalling.query('begin');
      await appendWithin(stalling, unitOf('stalling', 'run/stalling', 0, noted('not committed yet')));
      const first = add(1, 'run/seen');
      await until('it is recorded', async () => (await total('run/seen')) === 1);
      let answered = false;
      const again = add(0, 'run/seen', other).finally(() => (answered = true));
      const keyed = other.commands.execute(
        { ...context(), idempotency: { scope: 'test', key: 'seen', requestHash: '' } },
        (unit) => unit.decide(counter, 'run/seen', { by: 0 }),
      );
      commands = [first, again, keyed];
      await add(0, 'run/elsewhere', other);
      expect(answered).toBe(false);
    } finally {
      await stalling.query('commit');
      stalling.release();
    }
    const results = await Promise.all(commands);
    const [position] = results.map((result) => result.ok && result.position);
    expect(position).toBeGreaterThan(0);
    expect(results).toEqual(results.map(() => expect.objectContaining({ ok: true, position })));
  });

  it('records several streams together', async () => {
    const result = await store.commands.execute(context('together'), async (unit) => {
      await unit.decide(counter, 'run/e-1', { by: 1 });
      await unit.decide(counter, 'run/e-2', { by: 2 });
      return unit.decide(counter, 'run/e-1', { by: 3 });
    });
    if (!result.ok) throw new Error(result.rejection.code);
    expect(result.value).toEqual({ total: 4 });
    const events = await store.log.read({ after: result.position - 3 });
    expect(events.map(({ stream, version }) => `${stream}@${version}`)).toEqual([
      'run/e-1@1',
      'run/e-1@2',
      'run/e-2@1',
    ]);
  });

  it('a state cached before another process appended neither rejects nor accepts wrongly', async () => {
    await add(900, 'run/f');
    await add(-800, 'run/f', other);
    // By the stale state 900 + 500 is too much; by the true one 100 + 500 is not.
    expect(await add(500, 'run/f')).toMatchObject({ ok: true, value: { total: 600 } });
    await add(300, 'run/f', other);
    expect(await add(400, 'run/f')).toMatchObject({ ok: false });
    expect(await total('run/f')).toBe(900);
  });

  it('what was only loaded must not have moved either', async () => {
    await add(1, 'application/g');
    let attempts = 0;
    const result = await store.commands.execute(context(), async (unit) => {
      attempts += 1;
      const { state } = await unit.load(counter, 'application/g');
      if (attempts === 1) await add(1, 'application/g', other);
      unit.append('run/g', [noted(`saw ${state.total}`)]);
    });
    expect(result.ok).toBe(true);
    expect(attempts).toBe(2);
    expect((await store.log.readStream('run/g')).map(({ data }) => (data as { text: string }).text)).toEqual([
      'saw 2',
    ]);
  });

  it('64 commands at once on one stream from two processes all succeed, each once', async () => {
    const results = await Promise.all(
      Array.from({ length: 64 }, (_, index) => add(1, 'run/h', index % 2 ? store : other)),
    );
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await total('run/h')).toBe(64);
    expect(new Set(results.map((result) => result.ok && result.position)).size).toBe(64);
  });

  it('gives up, typed, when the stream never holds still', async () => {
    const losing = store.commands.execute(context(), async (unit) => {
      await unit.decide(counter, 'run/i', { by: 1 });
      await add(1, 'run/i', other);
    });
    await expect(losing).rejects.toThrow(ConcurrencyError);
    await expect(losing).rejects.toMatchObject({ stream: 'run/i', retryable: true, tries: 8 });
  });

  it('a repeated command gets the first outcome, whatever it would decide today', async () => {
    const first = await add(600, 'run/j', store, 'j');
    for (const at of [store, other]) {
      // 600 more is refused today.
      const again = await add(600, 'run/j', at, 'j');
      expect(again).toMatchObject({ ok: true, duplicate: true, position: first.ok && first.position });
    }
    const nothing = await add(0, 'run/j', store, 'j');
    expect(nothing).toMatchObject({ ok: true, duplicate: true, position: first.ok && first.position });
    expect(await total('run/j')).toBe(600);
  });

  it('an error of the handler leaves no trace, and no one waiting', async () => {
    const failing = store.commands.execute(context(), async (unit) => {
      await unit.decide(counter, 'run/k', { by: 1 });
      throw new Error('of the handler');
    });
    await expect(failing).rejects.toThrow('of the handler');
    expect(await add(1, 'run/k')).toMatchObject({ value: { total: 1 } });
  });

  describe('with an idempotency key', () => {
    const keyed = (key: string, requestHash: string, by: number, at = store) =>
      at.commands.execute(
        { ...context(), idempotency: { scope: 'alice', key, requestHash } },
        async (unit) => {
          const { total: sum } = await unit.decide(counter, `run/key-${key}`, { by });
          return { sum, by };
        },
      );

    it('the same request gets the first answer', async () => {
      const first = await keyed('a', 'hash', 5);
      expect(await keyed('a', 'hash', 7)).toEqual({
        ok: true,
        duplicate: true,
        events: [],
        value: { sum: 5, by: 5 },
        position: first.ok && first.position,
      });
      expect(await store.findAnswer('alice', 'a')).toEqual({
        requestHash: 'hash',
        answer: { sum: 5, by: 5 },
        position: first.ok && first.position,
      });
      expect(await store.findAnswer('bob', 'a')).toBeUndefined();
    });

    it('another request is refused', async () => {
      await keyed('b', 'hash', 5);
      expect(await keyed('b', 'another', 5)).toMatchObject({
        ok: false,
        rejection: { code: 'idempotency-key-reused' },
      });
      expect(await total('run/key-b')).toBe(5);
    });

    it('at once, from two processes, one is executed and all get its answer', async () => {
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, index) => keyed('c', 'hash', index + 1, index % 2 ? store : other)),
      );
      const executed = results.filter((result) => result.ok && !result.duplicate);
      expect(executed).toHaveLength(1);
      const [winner] = executed;
      if (!winner?.ok) throw new Error('nobody won');
      for (const result of results)
        expect(result).toMatchObject({ value: winner.value, position: winner.position });
      expect(await total('run/key-c')).toBe(winner.value?.by);
    });

    it('a request that recorded nothing is remembered too', async () => {
      const first = await keyed('d', 'hash', 0);
      expect(first).toMatchObject({ ok: true, value: { sum: 0, by: 0 }, events: [] });
      expect(await keyed('d', 'hash', 5)).toMatchObject({ duplicate: true, value: { sum: 0, by: 0 } });
    });

    it('one whose twin came first gets its answer, also where it would be refused by now', async () => {
      const request = { ...context('f'), idempotency: { scope: 'alice', key: 'f', requestHash: 'hash' } };
      const run = (before: () => Promise<unknown>) =>
        store.commands.execute(request, async (unit) => {
          await before();
          return unit.decide(counter, 'run/key-f', { by: 600 });
        });
      let first: ReturnType<typeof run> | undefined;
      const second = await run(() => (first ??= run(async () => undefined)));
      expect(second).toMatchObject({ ok: true, duplicate: true, value: { total: 600 } });
      const winner = await first;
      expect(second).toMatchObject({ position: winner?.ok && winner.position });
    });

    it('one whose answer was forgotten is neither executed again nor answered anew', async () => {
      const request = { ...context('g'), idempotency: { scope: 'alice', key: 'g', requestHash: 'hash' } };
      const run = () =>
        store.commands.execute(request, (unit) => unit.decide(counter, 'run/key-g', { by: 1 }));
      await run();
      await forgetAnswers(database.pool, -1);
      const again = await run();
      expect(again).toMatchObject({ ok: true, duplicate: true });
      expect(again).not.toHaveProperty('value');
      expect(await total('run/key-g')).toBe(1);
    });

    it('a rejected request is not', async () => {
      expect(await keyed('e', 'hash', 2_000)).toMatchObject({ ok: false });
      expect(await keyed('e', 'hash', 1)).toMatchObject({ ok: true, value: { sum: 1 } });
    });
  });

  it('an append in doubt, its connection lost, is settled by asking again', async () => {
    const cut = database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = $1 and pid <> pg_backend_pid() and application_name = 'keelson'`,
      [database.name],
    );
    const results = await Promise.all([
      ...Array.from({ length: 20 }, (_, index) =>
        store.append(unitOf(`l-${index}`, 'run/l', 'any', noted('x'))),
      ),
      cut,
    ]);
    expect(results).toHaveLength(21);
    expect(await store.log.readStream('run/l')).toHaveLength(20);
  });
});
