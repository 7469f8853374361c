import { generateKeyPairSync } from 'node:crypto';
import {
  chainHash,
  eventHash,
  latestSignature,
  openEventStore,
  signHead,
  verifyLog,
  verifySignature,
  type EventStore,
} from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';
import { meta, noted, unitOf } from './support/events';
import { until } from './support/until';

describe('the chain of the log', () => {
  let database: TestDatabase;
  let store: EventStore;
  const count = 40;
  beforeEach(async () => {
    database = await testDatabase();
    store = await openEventStore({ pool: database.pool });
    // Numbers, keys and letters whose canonical form is easily got wrong.
    const data = {
      b: 1e21,
      a: [0.1, -0, 1.5e-7, true, null],
      é: '€ \u2028 "\\',
      '': {},
      10: 'ten',
      9: 'nine',
    };
    await store.append({
      streams: [{ stream: 'run/a', expectedVersion: 0, events: [{ type: 'Odd', data }] }],
      meta: { ...meta('odd'), reason: 'ünïcödé' },
    });
    for (let n = 2; n <= count; n += 1)
      await store.append(unitOf(`c-${n}`, `run/${n % 3}`, 'any', noted(`${n}`)));
    await until('sealed', async () => (await store.log.head()).position === count);
  });
  afterEach(async () => {
    await store.stop();
    await database.drop();
  });

  /** What a superuser can do who knows the triggers. */
  const tamper = async (sql: string): Promise<void> => {
    const client = await database.pool.connect();
    try {
      await client.query(`set session_replication_role = replica; ${sql}; reset session_replication_role`);
    } finally {
      client.release();
    }
  };

  it('holds for what was appended', async () => {
    expect(await verifyLog(database.pool)).toEqual({
      ok: true,
      checked: count,
      head: await store.log.head(),
    });
    expect(await verifyLog(database.pool, { from: 10, to: 19 })).toMatchObject({ ok: true, checked: 10 });
    expect(await verifyLog(database.pool, { from: count + 1 })).toMatchObject({ ok: true, checked: 0 });
    expect(await verifyLog(database.pool, { from: count + 100 })).toMatchObject({ ok: true, checked: 0 });
  });

  it('can be recomputed by anybody from what is documented', async () => {
    const { rows } = await database.pool.query<{ canonical: string; stream_id: string }>(
      'select e.canonical, e.stream_id from event_log l join events e using (seq) order by l.pos',
    );
    const streams = new Map<string, Buffer>();
    let chain: Buffer = Buffer.alloc(32);
    rows.forEach(({ canonical, stream_id }, index) => {
      const hash = eventHash(streams.get(stream_id) ?? Buffer.alloc(32), canonical);
      streams.set(stream_id, hash);
      chain = chainHash(chain, index + 1, hash);
    });
    expect(chain.toString('hex')).toBe((await store.log.head()).chain);
  });

  const target = 'where seq = (select seq from event_log where pos = 20)';
  it.each([
    ['data', `update events set data = data || '{"text": "forged"}' ${target}`, 20],
    ['the actor', `update events set meta = meta || '{"actor": "somebody else"}' ${target}`, 20],
    ['the type', `update events set type = 'Other' ${target}`, 20],
    ['the time', `update events set recorded_at = recorded_at - interval '1 ms' ${target}`, 20],
    [
      'the canonical text',
      `update events set canonical = replace(canonical, 'Noted', 'Rated') ${target}`,
      20,
    ],
    ['the hash', `update events set hash = sha256('x') ${target}`, 20],
    ['the link to the previous event', `update events set prev_hash = sha256('x') ${target}`, 20],
    ['the chain', `update event_log set chain = sha256('x') where pos = 20`, 20],
    [
      'the order',
      `update event_log set seq = -seq where pos in (20, 21);
       update event_log l set seq = -o.seq from event_log o where l.pos + o.pos = 41 and l.pos in (20, 21)`,
      20,
    ],
    ['an event, taken out', `delete from event_log where pos = 20`, 20],
    ['an event, its position left behind', `delete from events ${target}`, 20],
    [
      'the event of a position, to one that is not there',
      `update event_log set seq = 1000000 where pos = 20`,
      20,
    ],
    [
      'an event, data and text and hash together',
      `update events set data = '{"x": 1}',
       canonical = regexp_replace(canonical, '"data":{[^}]*}', '"data":{"x":1}') ${target};
       update events set hash = sha256(prev_hash || convert_to(canonical, 'UTF8')) ${target}`,
      20,
    ],
    ['the end, cut off', `delete from event_log where pos > 35`, 36],
    ['the head', `update log_head set chain = sha256('x')`, count],
  ])('tells when somebody changes %s', async (_, sql, position) => {
    await tamper(sql);
    const result = await verifyLog(database.pool);
    expect(result).toMatchObject({ ok: false, firstBroken: { position, problem: expect.any(String) } });
    expect(result.checked).toBe(position === count ? count : position - 1);
  });

  it('a signature outlives what a superuser can rewrite', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const signature = await signHead(database.pool, privateKey);
    expect(signature).toMatchObject({ position: count, chain: (await store.log.head()).chain });
    expect(await signHead(database.pool, privateKey)).toEqual(signature);
    expect(await latestSignature(database.pool)).toEqual(signature);
    expect(verifySignature(signature, publicKey)).toBe(true);
    expect(verifySignature(signature)).toBe(true);
    expect(verifySignature({ ...signature, position: count - 1 }, publicKey)).toBe(false);
    expect(verifySignature({ ...signature, chain: '00'.repeat(32) }, publicKey)).toBe(false);
    expect(verifySignature(signature, generateKeyPairSync('ed25519').publicKey)).toBe(false);
  });
});
