import type { PoolClient } from 'pg';
import {
  appendWithin,
  createPool,
  openEventStore,
  verifyLog,
  type AppendOutcome,
  type EventStore,
} from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';
import { meta, noted, unitOf } from './support/events';
import { until } from './support/until';

describe('append and seal in one round trip', () => {
  let database: TestDatabase;
  let store: EventStore;
  const errors: unknown[] = [];
  beforeEach(async () => {
    errors.length = 0;
    database = await testDatabase();
    store = await openEventStore({ pool: database.pool, onError: (error) => errors.push(error) });
  });
  afterEach(async () => {
    await store.stop();
    await database.drop();
  });

  const seqsOf = (outcome: AppendOutcome | undefined): readonly number[] => {
    if (outcome?.outcome !== 'ok' && outcome?.outcome !== 'duplicate') throw new Error(outcome?.outcome);
    return outcome.seqs;
  };

  /** An append of a test beside this one may be between its xid and the lock on it, which is as short as it sounds. */
  it('an append has its positions when it is answered', async () => {
    let heldUp = 0;
    for (let n = 1; n <= 30; n += 1) {
      const seqs = seqsOf(await store.append(unitOf(`a-${n}`, 'run/a', n * 2 - 2, noted('x'), noted('y'))));
      let positions = await store.log.positionsOf(seqs);
      if (positions.size === 0) {
        heldUp += 1;
        await store.log.awaitSealed(seqs.at(-1) ?? 0);
        positions = await store.log.positionsOf(seqs);
      }
      expect([...positions.values()]).toEqual([n * 2 - 1, n * 2]);
    }
    expect(heldUp).toBeLessThan(5);
    expect(await verifyLog(database.pool)).toMatchObject({ ok: true, checked: 60 });
  });

  it('what others write for as long as they like holds up no append, here and in other databases', async () => {
    const elsewhere = await testDatabase();
    const writers: PoolClient[] = [];
    try {
      for (const { pool } of [database, elsewhere]) {
        const client = await pool.connect();
        writers.push(client);
        await client.query(`begin; insert into secrets values ('x', gen_random_uuid(), '')`);
      }
      const foreign = await elsewhere.pool.connect();
      writers.push(foreign);
      await foreign.query('begin');
      await appendWithin(foreign, unitOf('h-0', 'run/h', 0, noted('of another log')));
      for (let n = 1; n <= 3; n += 1) {
        const [seq = 0] = seqsOf(await store.append(unitOf(`h-${n}`, 'run/h', n - 1, noted('x'))));
        expect(await store.log.awaitSealed(seq)).toBe(n);
      }
    } finally {
      for (const client of writers) await client.query('rollback').finally(() => client.release());
      await elsewhere.drop();
    }
  });

  it('an append that is not committed holds up what comes after it, and nothing that came before', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      await appendWithin(client, unitOf('i-1', 'run/i-1', 0, noted('open')));
      const [later = 0] = seqsOf(await store.append(unitOf('i-2', 'run/i-2', 0, noted('later'))));
      for (let looks = 0; looks < 20; looks += 1) await database.pool.query('select * from seal_events(10)');
      expect((await store.log.positionsOf([later])).size).toBe(0);
      await client.query('commit');
      expect(await store.log.awaitSealed(later)).toBe(2);
    } finally {
      client.release();
    }
  });

  it('each unit of a batch is told of its own events, whatever becomes of its neighbours', async () => {
    const before = await store.append(unitOf('b-old', 'run/b-0', 0, noted('first'), noted('second')));
    const outcomes = await Promise.all([
      store.append(unitOf('b-1', 'run/b-1', 0, noted('one'), noted('two'), noted('three'))),
      store.append(unitOf('b-old', 'run/b-0', 'any', noted('again'))),
      store.append({
        streams: [
          { stream: 'run/b-2', expectedVersion: 0, events: [noted('never')] },
          { stream: 'run/b-0', expectedVersion: 5, events: [] },
          { stream: 'run/b-3', expectedVersion: 'any', events: [noted('never')] },
        ],
        meta: meta('b-2'),
      }),
      store.append({
        streams: [
          { stream: 'run/b-0', expectedVersion: 2, events: [] },
          { stream: 'run/b-4', expectedVersion: 0, events: [noted('four')] },
          { stream: 'run/b-1', expectedVersion: 3, events: [noted('five')] },
        ],
        meta: meta('b-3'),
      }),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['ok', 'duplicate', 'conflict', 'ok']);
    expect(seqsOf(outcomes[1])).toEqual(seqsOf(before));
    expect(outcomes[2]).toEqual({ outcome: 'conflict', stream: 'run/b-0', actual: 2 });
    expect(outcomes[3]).toMatchObject({ versions: [2, 1, 4] });
    for (const [outcome, texts] of [
      [outcomes[0], ['one', 'two', 'three']],
      [outcomes[3], ['four', 'five']],
    ] as const) {
      const { rows } = await database.pool.query<{ text: string }>(
        `select data ->> 'text' as text from events where seq = any($1::bigint[]) order by seq`,
        [seqsOf(outcome)],
      );
      expect(rows.map(({ text }) => text)).toEqual(texts);
    }
  });

  it('the character that stands between events on their way may stand in them', async () => {
    const text = 'a\u001fb';
    const [one, two] = await Promise.all([
      store.append(unitOf(text, `run/${text}`, 0, { type: text, data: { text, [text]: 1 } }, noted('after'))),
      store.append(unitOf('c-2', 'run/c', 0, noted('neighbour'))),
    ]);
    expect(seqsOf(one)).toHaveLength(2);
    expect(seqsOf(two)).toHaveLength(1);
    expect(await store.log.readStream(`run/${text}`)).toMatchObject([
      { type: text, stream: `run/${text}`, data: { text, [text]: 1 }, meta: { commandId: text } },
      { data: { text: 'after' } },
    ]);
    expect(await verifyLog(database.pool)).toMatchObject({ ok: true, checked: 3 });
  });

  it('is durable before it is sealed: sealing that fails takes nothing back, is reported and made up for', async () => {
    await database.pool.query(`create function fail() returns trigger language plpgsql as
      'begin raise exception ''no sealing today''; end';
      create trigger fail before insert on event_log execute function fail()`);
    const outcome = await store.append(unitOf('d-1', 'run/d', 0, noted('x')));
    expect((await store.log.positionsOf(seqsOf(outcome))).size).toBe(0);
    expect((await store.log.readStream('run/d')).length).toBe(1);
    await until('reported', () => errors.some((error) => /no sealing today/.test(String(error))));
    await database.pool.query('drop trigger fail on event_log');
    expect(await store.log.awaitSealed(seqsOf(outcome)[0] ?? 0)).toBe(1);
  });

  it('works for logins that have no more than the role of the application', async () => {
    const pool = createPool(database.url, { options: '-c jit=off -c role=keelson_app' });
    const restricted = await openEventStore({ pool, onError: (error) => errors.push(error) });
    try {
      let n = 0;
      await until('one is sealed as it is appended', async () => {
        const outcome = await restricted.append(unitOf(`e-${(n += 1)}`, 'run/e', 'any', noted('x')));
        return (await restricted.log.positionsOf(seqsOf(outcome))).size === 1;
      });
      expect(errors).toEqual([]);
    } finally {
      await restricted.stop();
      await pool.end();
    }
  });
});
