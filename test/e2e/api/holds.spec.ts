import { application, cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/eu-1', cluster());
  await api.put('/v1/applications/shop', application());
});
afterAll(() => api.stop());

const place = (json: object, headers = {}) => api.post('/v1/holds', json, { headers });

it('is placed with its owner and reason, found, and released', async () => {
  const placed = await place({ scope: { application: 'shop', cluster: 'eu-1' }, reason: 'migration' });
  expect(placed).toMatchObject({
    status: 202,
    body: { id: expect.stringMatching(/^[0-9a-f]{12}$/), position: expect.any(Number) },
  });
  const { id, position } = placed.body;
  const expected = {
    id,
    scope: { application: 'shop', cluster: 'eu-1' },
    owner: 'admin',
    reason: 'migration',
    phase: 'Held',
    released: null,
    position,
  };
  expect((await api.getAt(`/v1/holds/${id}`, position)).body).toMatchObject(expected);
  expect((await api.get('/v1/holds?application=shop')).body).toMatchObject({ items: [expected], next: null });
  expect((await api.get('/v1/holds?project=web')).body.items).toEqual([]);
  expect((await api.get('/v1/audit?application=shop&type=HoldPlaced')).body.items).toMatchObject([
    { stream: `hold/${id}`, actor: 'admin', reason: 'migration', data: { hold: id, owner: 'admin' } },
  ]);

  const released = await api.delete(`/v1/holds/${id}`, { headers: { 'keelson-reason': 'done' } });
  expect(released.status).toBe(202);
  expect((await api.getAt(`/v1/holds/${id}`, released.body.position)).body).toMatchObject({
    phase: 'Released',
    released: { by: 'admin', reason: 'done', at: expect.any(String) },
  });
  expect((await api.get('/v1/holds')).body.items).toEqual([]);
  expect((await api.get('/v1/holds?phase=Released')).body.items).toMatchObject([{ id }]);
  const before = await api.countEvents();
  expect(await api.delete(`/v1/holds/${id}`)).toMatchObject({ status: 202 });
  expect(await api.countEvents()).toBe(before);
});

it('several hold, each until its own release', async () => {
  const first = (await place({ scope: { project: 'web' }, reason: 'freeze' })).body;
  const second = (await place({ scope: {}, reason: 'outage' })).body;
  await api.delete(`/v1/holds/${first.id}`);
  const { body } = await api.getAt('/v1/holds', (await api.store.log.head()).position);
  expect(body.items).toMatchObject([{ id: second.id, scope: {}, reason: 'outage' }]);
  await api.delete(`/v1/holds/${second.id}`);
});

it("another owner's is released only with a reason", async () => {
  await api.store.append({
    streams: [
      {
        stream: 'hold/of-ann',
        expectedVersion: 0,
        events: [{ type: 'HoldPlaced', data: { hold: 'of-ann', owner: 'ann', reason: 'her migration' } }],
      },
    ],
    meta: { commandId: 'ann', correlationId: 'ann', actor: 'ann' },
  });
  expect(await api.delete('/v1/holds/of-ann')).toMatchObject({
    status: 409,
    body: { code: 'hold-of-another-owner', detail: expect.stringMatching(/ann.*her migration/) },
  });
  const released = await api.delete('/v1/holds/of-ann?reason=she%20is%20away');
  expect((await api.getAt('/v1/holds/of-ann', released.body.position)).body).toMatchObject({
    owner: 'ann',
    released: { by: 'admin', reason: 'she is away' },
  });
});

it('is placed once for one key', async () => {
  const key = { 'idempotency-key': 'freeze-1' };
  const first = await place({ scope: {}, reason: 'freeze' }, key);
  expect((await place({ scope: {}, reason: 'freeze' }, key)).body).toEqual(first.body);
  expect(await place({ scope: {}, reason: 'thaw' }, key)).toMatchObject({ status: 422 });
});

it('lists in pages', async () => {
  for (const reason of ['one', 'two']) await place({ scope: { application: 'shop' }, reason });
  const { position } = await api.store.log.head();
  const first = (await api.getAt('/v1/holds?application=shop&limit=1', position)).body;
  const second = (await api.get(`/v1/holds?application=shop&limit=1&after=${first.next}`)).body;
  expect(second.next).toBeNull();
  expect([first.items[0].reason, second.items[0].reason].sort()).toEqual(['one', 'two']);
  expect(await api.get('/v1/holds/none')).toMatchObject({ status: 404, body: { code: 'hold-not-found' } });
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
