import { createHash } from 'node:crypto';
import { signHead } from '@keelson/event-store';
import { generateKeyPairSync } from 'node:crypto';
import { application, cluster } from './fixtures';
import { Harness, TOKEN } from './harness';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start({ project: false });
  for (const name of ['a', 'b', 'c'])
    await api.put(`/v1/clusters/${name}`, cluster({ reason: `adds ${name}` }));
  await api.put('/v1/applications/shop', application());
  await api.post('/v1/applications/shop/releases', { version: '1' });
});
afterAll(() => api.stop());

const NDJSON = { accept: 'application/x-ndjson' };
const lines = (text: string): any[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the audit trail', () => {
  it('says who changed what and why', async () => {
    const { body } = await api.get('/v1/audit?cluster=b');
    expect(body).toEqual({
      items: [
        {
          position: 2,
          id: expect.any(String),
          type: 'ClusterRegistered',
          stream: 'cluster/b',
          version: 1,
          at: expect.stringMatching(/^\d{4}-.*Z$/),
          actor: 'admin',
          reason: 'adds b',
          correlationId: expect.any(String),
          data: expect.objectContaining({ cluster: 'b', labels: { tier: 'canary' } }),
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      next: null,
    });
  });

  it.each([
    ['application=shop', 4],
    ['run=shop-1', 2],
    ['type=ClusterRegistered', 3],
    ['actor=admin&type=RunCreated', 1],
    ['actor=nobody', 0],
    ['after=3&type=ClusterRegistered', 0],
    ['from=2000-01-01T00:00:00Z&to=2001-01-01T00:00:00Z', 0],
    ['from=2000-01-01T00:00:00%2B02:00', 7],
  ])('is filtered by %s', async (query, count) => {
    expect((await api.get(`/v1/audit?${query}`)).body.items).toHaveLength(count);
    const streamed = await api.get(`/v1/audit?${query}`, { headers: NDJSON });
    expect(streamed.text === '' ? [] : lines(streamed.text)).toHaveLength(count);
  });

  it('is exported as NDJSON, all of it', async () => {
    const events = Array.from({ length: 450 }, (_, i) => ({
      type: 'ClusterConnected',
      data: { cluster: 'a', version: `v1.${i}` },
    }));
    await api.store
      .append({
        streams: [{ stream: 'cluster/a', expectedVersion: 'any', events }],
        meta: { commandId: 'many', correlationId: 'many', actor: 'system:worker' },
      })
      .then(
        async (outcome) =>
          outcome.outcome === 'ok' && api.store.log.awaitSealed(outcome.seqs.at(-1) as number),
      );
    const { position } = await api.store.log.head();
    const answer = await api.get('/v1/audit', { headers: NDJSON });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    expect(lines(answer.text).map((event) => event.position)).toEqual(
      Array.from({ length: position }, (_, i) => i + 1),
    );
    expect(lines((await api.get('/v1/audit?limit=250&after=5', { headers: NDJSON })).text)).toHaveLength(250);
  });

  it('goes no faster than it is read', async () => {
    const big = { cluster: 'a', version: 'x'.repeat(100_000) };
    const commandId = 'big';
    await api.store
      .append({
        streams: [
          {
            stream: 'cluster/a',
            expectedVersion: 'any',
            events: Array.from({ length: 300 }, () => ({ type: 'ClusterConnected', data: big })),
          },
        ],
        meta: { commandId, correlationId: commandId, actor: 'system:worker' },
      })
      .then(
        async (outcome) =>
          outcome.outcome === 'ok' && api.store.log.awaitSealed(outcome.seqs.at(-1) as number),
      );
    const read = jest.spyOn(api.store.log, 'read');
    const response = await fetch(`${api.url}/v1/audit`, {
      headers: { ...NDJSON, authorization: `Bearer ${TOKEN}` },
    });
    const reader = response.body!.getReader();
    await reader.read();
    // 30 MB are to come. What sockets and buffers hold is a part of it; then nothing more is read from the log.
    let calls = -1;
    while (calls !== read.mock.calls.length) {
      calls = read.mock.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const pages = Math.ceil((await api.store.log.head()).position / 100);
    expect(calls).toBeLessThan(pages);
    let size = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) size += part.value.length;
    expect(size).toBeGreaterThan(29_000_000);
    expect(read.mock.calls.length).toBeGreaterThanOrEqual(pages);
    read.mockRestore();
  });
});

describe('the chain', () => {
  it('is verified, whole or in part, with the newest signature', async () => {
    const head = await api.store.log.head();
    expect((await api.get('/v1/audit/verify')).body).toEqual({
      ok: true,
      checked: head.position,
      head,
      signature: null,
    });
    const signed = await signHead(api.database.pool, generateKeyPairSync('ed25519').privateKey);
    expect((await api.get('/v1/audit/verify?from=2&to=4')).body).toEqual({
      ok: true,
      checked: 3,
      head,
      signature: signed,
    });
  });

  it('shows the first event that was tampered with', async () => {
    const client = await api.database.pool.connect();
    await client.query("set session_replication_role = 'replica'");
    await client.query(
      `update events set data = jsonb_set(data, '{cluster}', '"z"') where stream_id = 'cluster/b'`,
    );
    await client.query("set session_replication_role = 'origin'");
    client.release();
    expect((await api.get('/v1/audit/verify')).body).toMatchObject({
      ok: false,
      firstBroken: { position: 2 },
    });
  });
});

it('hashes can be recomputed from an export', async () => {
  const { rows } = await api.database.pool.query(
    "select canonical, encode(hash, 'hex') as hash from events where stream_id = 'cluster/c'",
  );
  const [{ canonical, hash }] = rows;
  const mine = createHash('sha256').update(Buffer.alloc(32)).update(canonical).digest('hex');
  expect(mine).toBe(hash);
  expect((await api.get('/v1/audit?cluster=c')).body.items[0].hash).toBe(hash);
});
