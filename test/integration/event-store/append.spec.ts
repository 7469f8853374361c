import { randomBytes } from 'node:crypto';
import {
  appendWithin,
  ConcurrencyError,
  createPool,
  openEventStore,
  UnstorableEventError,
  type EventStore,
} from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';
import { meta, noted, unitOf } from './support/events';
import { until } from './support/until';

describe('append', () => {
  let database: TestDatabase;
  let store: EventStore;
  beforeAll(async () => {
    database = await testDatabase();
    store = await openEventStore({ pool: database.pool });
  });
  afterAll(async () => {
    await store.stop();
    await database.drop();
  });

  const versions = async (stream: string) =>
    (await store.log.readStream(stream)).map(({ version }) => version);

  it('records events with what the caller gave, the time and the version', async () => {
    const outcome = await store.append({
      streams: [
        {
          stream: 'run/a-1',
          expectedVersion: 0,
          events: [noted('one'), { ...noted('two'), schemaVersion: 3 }],
        },
      ],
      meta: { ...meta('a-1'), reason: 'because', causationId: 'before' },
    });
    if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
    expect(outcome.versions).toEqual([2]);
    const position = await store.log.awaitSealed(outcome.seqs[1] ?? 0);
    const [one, two] = await store.log.read({ stream: 'run/a-1' });
    expect(two).toEqual({ ...outcome.events[1], position, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(one).toMatchObject({
      position: position - 1,
      version: 1,
      type: 'Noted',
      schemaVersion: 1,
      data: { application: 'shop', text: 'one' },
      meta: {
        commandId: 'a-1',
        correlationId: 'a-1',
        actor: 'test',
        reason: 'because',
        causationId: 'before',
      },
    });
    expect(two?.schemaVersion).toBe(3);
    expect(Math.abs(Date.parse(one?.recordedAt ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('refuses an unexpected version, and writes nothing of the unit', async () => {
    await store.append(unitOf('b-1', 'run/b', 0, noted('one')));
    const outcome = await store.append({
      streams: [
        { stream: 'run/b-other', expectedVersion: 0, events: [noted('first')] },
        { stream: 'run/b', expectedVersion: 0, events: [noted('second')] },
      ],
      meta: meta('b-2'),
    });
    expect(outcome).toEqual({ outcome: 'conflict', stream: 'run/b', actual: 1 });
    expect(await versions('run/b-other')).toEqual([]);
    expect(await versions('run/b')).toEqual([1]);
  });

  it('a stream without events in the unit is an assertion of its version', async () => {
    await store.append(unitOf('c-1', 'application/c', 0, noted('one')));
    const asserting = (commandId: string, expectedVersion: number) =>
      store.append({
        streams: [
          { stream: 'application/c', expectedVersion, events: [] },
          { stream: 'run/c', expectedVersion: 'any', events: [noted(commandId)] },
        ],
        meta: meta(commandId),
      });
    expect(await asserting('c-2', 0)).toMatchObject({ outcome: 'conflict', stream: 'application/c' });
    expect(await asserting('c-3', 1)).toMatchObject({ outcome: 'ok', versions: [1, 1] });
  });

  it('of units that meet in one transaction, a conflict spoils only itself', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        // Every third expects what is not there; two more build on the same new stream, of which one can win.
        store.append(
          unitOf(
            `d-${index}`,
            `run/d-${index % 3 === 2 ? 'none' : index >> 1}`,
            index % 3 === 2 ? 7 : 0,
            noted('x'),
          ),
        ),
      ),
    );
    const of = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    const { rows } = await database.pool
      .query(`select count(distinct stream_id)::int as streams, count(*)::int as events
      from events where stream_id like 'run/d-%'`);
    expect(of('ok') + of('conflict')).toBe(30);
    expect(rows[0]).toEqual({ streams: of('ok'), events: of('ok') });
    expect(await versions('run/d-none')).toEqual([]);
    expect(
      outcomes.filter((_, index) => index % 3 === 2).every(({ outcome }) => outcome === 'conflict'),
    ).toBe(true);
  });

  it('a repeated command is answered with the first outcome, also when both are under way at once', async () => {
    const [first, second] = await Promise.all([
      store.append(unitOf('e-1', 'run/e', 'any', noted('one'), noted('two'))),
      store.append(unitOf('e-1', 'run/e', 'any', noted('one'), noted('two'))),
    ]);
    if (first.outcome !== 'ok') throw new Error(first.outcome);
    expect(second).toEqual({ outcome: 'duplicate', seqs: first.seqs });
    // Decided otherwise the second time, and with an expectation that no longer holds.
    const third = await store.append(unitOf('e-1', 'run/e-other', 9, noted('three')));
    expect(third).toEqual({ outcome: 'duplicate', seqs: first.seqs });
    expect(await versions('run/e')).toEqual([1, 2]);
  });

  it('data that PostgreSQL cannot hold is refused before it is sent, and harms no neighbour', async () => {
    const bad = [{ text: 'nul \u0000' }, { text: 'half \ud800' }, { text: NaN }, 1n, undefined];
    const outcomes = await Promise.allSettled([
      ...bad.map((data, index) =>
        store.append(unitOf(`f-${index}`, `run/f-${index}`, 0, { type: 'Noted', data })),
      ),
      store.append(
        unitOf('f-good', 'run/f', 0, { type: 'Noted', data: { text: 'a literal \\u0000, 🚢 and é' } }),
      ),
    ]);
    for (const outcome of outcomes.slice(0, bad.length)) {
      if (outcome.status !== 'rejected') throw new Error('was accepted');
      expect(outcome.reason).toBeInstanceOf(UnstorableEventError);
    }
    expect(outcomes.at(-1)).toMatchObject({ status: 'fulfilled', value: { outcome: 'ok' } });
    expect((await store.log.readStream('run/f'))[0]?.data).toEqual({ text: 'a literal \\u0000, 🚢 and é' });
  });

  it('a unit that the database refuses does not take its neighbours with it', async () => {
    // Too long for the index on types, which no check of ours forbids.
    const type = randomBytes(5_000).toString('hex');
    const outcomes = await Promise.allSettled([
      store.append(unitOf('g-1', 'run/g-1', 0, noted('fine'))),
      store.append(unitOf('g-2', 'run/g-2', 0, { type, data: {} })),
      store.append(unitOf('g-3', 'run/g-3', 0, noted('fine'))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  describe('within a transaction of the caller', () => {
    it('refuses to be other than its first write: an old xid would invert the order of a stream', async () => {
      const client = await database.pool.connect();
      try {
        await client.query('begin');
        await client.query(`insert into secrets values ('x', gen_random_uuid(), '')`);
        await expect(appendWithin(client, unitOf('h-1', 'run/h', 0, noted('late')))).rejects.toMatchObject({
          code: 'KE001',
        });
      } finally {
        await client.query('rollback');
        client.release();
      }
    });

    it('throws at a conflict, so that the transaction cannot be committed', async () => {
      await store.append(unitOf('i-1', 'run/i', 0, noted('one')));
      const client = await database.pool.connect();
      try {
        await client.query('begin');
        const failure = appendWithin(client, unitOf('i-2', 'run/i', 0, noted('two')));
        await expect(failure).rejects.toThrow(ConcurrencyError);
        await expect(failure).rejects.toMatchObject({ stream: 'run/i', actual: 1 });
        await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
      } finally {
        await client.query('rollback');
        client.release();
      }
    });

    it('holds back what comes after it until it ends, and is seen in the lag', async () => {
      await until('all that was before is sealed', async () => (await store.sealerLag()).events === 0);
      const client = await database.pool.connect();
      let later;
      try {
        await client.query('begin');
        await appendWithin(client, unitOf('j-1', 'run/j-1', 0, noted('open')));
        later = await store.append(unitOf('j-2', 'run/j-2', 0, noted('later')));
        if (later.outcome !== 'ok') throw new Error(later.outcome);
        expect((await store.log.positionsOf(later.seqs)).size).toBe(0);
        expect(await store.sealerLag()).toMatchObject({ events: 1 });
      } finally {
        // Also after a failure: left open it would hold back every log on this server.
        await client.query('commit');
        client.release();
      }
      await store.log.awaitSealed(later.seqs[0] ?? 0);
      const streams = (await store.log.read({ after: (await store.log.head()).position - 2 })).map(
        ({ stream }) => stream,
      );
      expect(streams).toEqual(['run/j-1', 'run/j-2']);
      expect(await store.sealerLag()).toEqual({ events: 0, seconds: 0 });
    });
  });

  it('the log can be neither changed nor cut, not even by a superuser', async () => {
    for (const statement of [
      `update events set type = 'x'`,
      'delete from events',
      'truncate events cascade',
      'update event_log set seq = 0',
      'delete from event_log',
      'truncate event_log',
      'delete from log_head',
      'truncate log_head',
    ])
      await expect(database.pool.query(statement)).rejects.toMatchObject({ code: 'KE003' });
  });

  it('what was accepted is recorded before a stop is over', async () => {
    const pool = createPool(database.url);
    const leaving = await openEventStore({ pool });
    // More than go at once.
    const appends = Array.from({ length: 300 }, (_, index) =>
      leaving.append(unitOf(`l-${index}`, `run/l-${index}`, 0, noted('last words'))),
    );
    const settled = Promise.allSettled(appends);
    await leaving.stop();
    await pool.end();
    expect((await settled).filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('the role of the application can append, seal and read, and no more', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('begin; set local role keelson_app');
      await appendWithin(client, unitOf('k-1', 'run/k', 0, noted('one')));
      await client.query('commit; begin; set local role keelson_app');
      await client.query('select * from seal_events(10)');
      await client.query('commit; begin; set local role keelson_app');
      await expect(client.query('delete from events')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect((await store.log.read({ stream: 'run/k' })).length).toBe(1);
  });
});
