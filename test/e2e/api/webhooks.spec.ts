import { Harness } from './harness';

let api: Harness;
beforeAll(async () => (api = await Harness.start()));
afterAll(() => api.stop());

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ci = { url: 'https://ci.example/hook', types: ['RunSucceeded', 'RunFailed'], applications: ['shop'] };

it('is defined, changed, read and deleted, and its secret never shown', async () => {
  const put = await api.put('/v1/webhooks/ci', { ...ci, secret, reason: 'for the pipeline' });
  expect(put.status).toBe(202);
  const shown = await api.getAt('/v1/webhooks/ci', put.body.position);
  expect(shown.body).toEqual({
    name: 'ci',
    ...ci,
    signed: true,
    deliveries: { upTo: null, pending: 0, failed: 0 },
    lastError: null,
    createdAt: expect.any(String),
    updatedAt: shown.body.createdAt,
    position: put.body.position,
  });

  const before = await api.countEvents();
  await api.put('/v1/webhooks/ci', { ...ci, secret });
  expect(await api.countEvents()).toBe(before);

  const unsigned = await api.put('/v1/webhooks/ci', ci);
  const list = await api.getAt('/v1/webhooks', unsigned.body.position);
  expect(list.body).toMatchObject({ items: [{ name: 'ci', signed: false }], next: null });
  const { items } = (await api.get('/v1/audit?type=WebhookDefined')).body;
  expect(items).toMatchObject([{ actor: 'admin', reason: 'for the pipeline', data: { webhook: 'ci' } }, {}]);
  expect(JSON.stringify(items)).not.toContain(secret.slice(6));

  const deleted = await api.delete('/v1/webhooks/ci');
  expect(await api.getAt('/v1/webhooks/ci', deleted.body.position)).toMatchObject({
    status: 404,
    body: { code: 'webhook-not-found' },
  });
});

it('is not applied over again by a definition that names where it began', async () => {
  const from = { ...ci, fromPosition: 1 };
  await api.put('/v1/webhooks/past', from);
  const before = await api.countEvents();
  await api.put('/v1/webhooks/past', from);
  expect(await api.countEvents()).toBe(before);
  await api.put('/v1/webhooks/past', { ...from, fromPosition: 2 });
  expect(await api.countEvents()).toBe(before + 2);
});

it.each([
  ['an address that is none', { url: 'ci.example' }, '/url', 'must be a URL'],
  ['credentials in it', { url: 'https://a:b@ci.example' }, '/url', 'must not contain credentials'],
  [
    'a type that there is not',
    { types: ['RunSucceeded', 'RunDone'] },
    '/types/1',
    'no type of event RunDone',
  ],
  ['no types', { types: [] }, '/types', 'must name at least one'],
  ['a bad secret', { secret: 'hunter2' }, '/secret', 'must be whsec_'],
  ['a position to come', { fromPosition: 100_000 }, '/fromPosition', 'is beyond the end of the log'],
  ['a position before the first', { fromPosition: 0 }, '/fromPosition', 'must be at least 1'],
  ['a field that there is not', { retries: 5 }, '/retries', 'unknown field'],
])('refuses %s', async (_, change, path, message) => {
  const before = await api.countEvents();
  const { status, body } = await api.put('/v1/webhooks/bad', { ...ci, ...change });
  expect({ status, errors: body.errors }).toEqual({
    status: 422,
    errors: [{ path, message: expect.stringContaining(message) }],
  });
  expect(await api.countEvents()).toBe(before);
});

it('refuses to replay from nowhere and to redeliver nothing', async () => {
  expect(await api.post('/v1/webhooks/past/replay', { from: 100_000 })).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/from' }] },
  });
  expect(await api.post('/v1/webhooks/none/replay', { from: 1 })).toMatchObject({
    status: 404,
    body: { code: 'webhook-not-found' },
  });
  expect(await api.post('/v1/webhooks/past/deliveries/7/redeliver', {})).toMatchObject({
    status: 404,
    body: { code: 'delivery-not-found' },
  });
  expect(await api.get('/v1/webhooks/past/deliveries?phase=Lost')).toMatchObject({ status: 422 });
});

it.each([
  ['/v1/webhooks/none', 'webhook-not-found'],
  ['/v1/webhooks/none/deliveries', 'webhook-not-found'],
  ['/v1/runs/none/deliveries', 'run-not-found'],
])('finds nothing at %s', async (path, code) => {
  expect(await api.get(path)).toMatchObject({ status: 404, body: { code } });
});

it('a release refuses a callback that cannot be called', async () => {
  const { status, body } = await api.post('/v1/applications/shop/releases', {
    version: '1',
    callback: { url: 'mailto:ci@example.com' },
  });
  expect({ status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ path: '/callback/url' }] });
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
