import { forgetAnswers } from '@keelson/event-store';
import { application, cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/eu-1', cluster());
  await api.put('/v1/applications/shop', application());
});
afterAll(() => api.stop());

const release = (key: string, json: object = { version: '1' }) =>
  api.post('/v1/applications/shop/releases', json, { headers: { 'idempotency-key': key } });

describe('Idempotency-Key', () => {
  it('gives the first answer again, and records nothing', async () => {
    const first = await release('deploy-1');
    expect(first).toMatchObject({
      status: 202,
      body: { release: { id: 'shop-r1', version: '1' }, run: { id: 'shop-1' } },
    });
    const events = await api.countEvents();
    const again = await release('deploy-1');
    expect(again.status).toBe(202);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await api.countEvents()).toBe(events);
  });

  it('does not care for the order of fields', async () => {
    const first = await release('deploy-2', { version: '2', images: { web: 'a:1' } });
    const again = await release('deploy-2', { images: { web: 'a:1' }, version: '2' });
    expect(again.body).toEqual(first.body);
  });

  it('refuses another body', async () => {
    await release('deploy-3', { version: '3' });
    const events = await api.countEvents();
    expect(await release('deploy-3', { version: '4' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused', errors: [{ path: 'Idempotency-Key' }] },
    });
    expect(await api.countEvents()).toBe(events);
  });

  it('belongs to a path', async () => {
    const headers = { 'idempotency-key': 'shared' };
    await release('shared');
    expect(await api.post('/v1/applications/shop/scale', { replicas: 2 }, { headers })).toMatchObject({
      status: 202,
    });
  });

  it('makes one of many at the same moment', async () => {
    const before = await api.countEvents();
    const answers = await Promise.all(Array.from({ length: 8 }, () => release('race', { version: 'race' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ text }) => JSON.stringify(JSON.parse(text).release))).size).toBe(1);
    // ReleaseRequested, ReleaseFrozen, RunCreated, RunSuperseded.
    expect(await api.countEvents()).toBe(before + 4);
  });

  it('answers at once even when it would be refused by now', async () => {
    await api.put('/v1/applications/gone', application());
    const headers = { 'idempotency-key': 'late' };
    const first = await api.post('/v1/applications/gone/scale', { replicas: 5 }, { headers });
    await api.delete('/v1/applications/gone');
    expect(await api.post('/v1/applications/gone/scale', { replicas: 5 }, { headers })).toMatchObject({
      status: 202,
      body: first.body,
    });
    expect(await api.post('/v1/applications/gone/scale', { replicas: 5 })).toMatchObject({ status: 404 });
  });

  it('answers with no run that there is not, once the answer was forgotten', async () => {
    await release('ancient', { version: '5' });
    await forgetAnswers(api.database.pool, -1);
    const events = await api.countEvents();
    expect(await release('ancient', { version: '6' })).toMatchObject({
      status: 409,
      body: { code: 'command-repeated' },
    });
    expect(await api.countEvents()).toBe(events);
  });

  it('does not keep a refusal', async () => {
    const headers = { 'idempotency-key': 'too-early' };
    expect(await api.post('/v1/applications/early/scale', { replicas: 5 }, { headers })).toMatchObject({
      status: 404,
    });
    await api.put('/v1/applications/early', application());
    expect(await api.post('/v1/applications/early/scale', { replicas: 5 }, { headers })).toMatchObject({
      status: 202,
    });
  });
});

describe('what is idempotent by itself', () => {
  it('a repeated PUT of a cluster appends nothing and keeps the credentials', async () => {
    const secrets = async () =>
      (await api.database.pool.query('select version from secrets order by 1')).rows;
    const [before, kept] = [await api.countEvents(), await secrets()];
    const again = await api.put('/v1/clusters/eu-1', cluster());
    expect(again.status).toBe(202);
    expect([await api.countEvents(), await secrets()]).toEqual([before, kept]);
  });

  it('another token is a new version, and an event', async () => {
    const before = await api.countEvents();
    const connection = { server: 'https://cluster.example:6443', token: 'rotated' };
    await api.put('/v1/clusters/eu-1', cluster({ connection }));
    expect(await api.countEvents()).toBe(before + 1);
    const { rows } = await api.database.pool.query(
      "select count(*)::int as n from secrets where name = 'cluster/eu-1'",
    );
    expect(rows[0].n).toBe(2);
  });

  it('a repeated PUT of an application appends nothing', async () => {
    const before = await api.countEvents();
    expect(await api.put('/v1/applications/shop', application())).toMatchObject({ status: 202 });
    expect(await api.countEvents()).toBe(before);
  });
});
