import { Harness } from './harness';

let api: Harness;
beforeAll(async () => (api = await Harness.start()));
afterAll(() => api.stop());

const nights = {
  kind: 'Allow',
  schedule: '0 22 * * 1-5',
  duration: '8h',
  timezone: 'Europe/Berlin',
  clusterSelector: { matchLabels: { tier: 'prod' } },
};

it('is defined, changed, read and deleted', async () => {
  const put = await api.put('/v1/windows/nights', { ...nights, reason: 'agreed with the shop' });
  expect(put.status).toBe(202);
  const shown = (await api.getAt('/v1/windows/nights', put.body.position)).body;
  expect(shown).toMatchObject({ name: 'nights', ...nights, position: put.body.position });
  expect(Date.parse(shown.changesAt)).toBeGreaterThan(Date.now());
  expect(shown).not.toHaveProperty('applicationSelector');

  const before = await api.countEvents();
  await api.put('/v1/windows/nights', nights);
  expect(await api.countEvents()).toBe(before);

  const denied = await api.put('/v1/windows/nights', { ...nights, kind: 'Deny' });
  const { body } = await api.getAt('/v1/windows', denied.body.position);
  expect(body).toMatchObject({ items: [{ name: 'nights', kind: 'Deny', createdAt: shown.createdAt }] });
  expect((await api.get('/v1/audit?type=WindowDefined')).body.items).toMatchObject([
    { actor: 'admin', reason: 'agreed with the shop', data: { window: 'nights', kind: 'Allow' } },
    { data: { kind: 'Deny' } },
  ]);

  const deleted = await api.delete('/v1/windows/nights');
  expect(await api.getAt('/v1/windows/nights', deleted.body.position)).toMatchObject({
    status: 404,
    body: { code: 'window-not-found' },
  });
  expect((await api.get('/v1/windows')).body.items).toEqual([]);
  expect(await api.delete('/v1/windows/nights')).toMatchObject({ status: 404 });

  const again = await api.put('/v1/windows/nights', nights);
  expect((await api.getAt('/v1/windows/nights', again.body.position)).body.createdAt).not.toBe(
    shown.createdAt,
  );
});

it('says whether it is open now', async () => {
  const always = { kind: 'Deny', schedule: '0 0 * * *', duration: '24h', timezone: 'UTC' };
  const { position } = (await api.put('/v1/windows/always', always)).body;
  const { open, changesAt } = (await api.getAt('/v1/windows/always', position)).body;
  expect(open).toBe(true);
  expect(changesAt).toMatch(/T00:00:00\.000Z$/);
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
