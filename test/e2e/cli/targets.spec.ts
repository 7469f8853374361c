import { FakeApi } from './fake-api';
import { keelson } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (line: string) =>
  keelson(line.split(' '), { env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' } });

const target = (cluster: string, change: object = {}) => ({
  cluster,
  phase: 'Available',
  version: '1.0',
  revision: '346648b37b4a',
  generation: 7,
  appliedGeneration: 7,
  workload: { desired: 2, updated: 2, ready: 2 },
  owedDeletes: 0,
  owed: [],
  drift: [],
  flapping: [],
  lastError: null,
  ...change,
});
const targets = (...items: object[]): void =>
  api.on('GET', '/v1/applications/shop/targets', { body: { items, next: null } });

it('shows what each target owes, and why it is still there', async () => {
  const since = '2026-01-01T00:00:00.000Z';
  const owed = [
    {
      object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' },
      since,
      reason: 'Finalizers',
      message: 'held by example.com/hold',
      finalizers: ['example.com/hold'],
    },
    {
      object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' },
      since,
      reason: 'InUse',
      message: 'ConfigMap shop/settings of the application shop is there',
    },
  ];
  targets(target('eu-1', { owedDeletes: 2, owed }), target('us-1'));
  const { code, out } = await run('targets shop');
  expect(code).toBe(0);
  const [first, second] = out.trimEnd().split('\n\n');
  expect(first?.split('\n')[1]).toMatch(/^eu-1 +Available +1\.0 +\S+ +yes +2\/2 +0 +2/);
  const [head, ...rows] = second?.split('\n') ?? [];
  expect(head).toMatch(/^CLUSTER +OWED +SINCE +WHY IT IS STILL THERE$/);
  expect(rows).toEqual([
    expect.stringMatching(/^eu-1 +ConfigMap shop\/settings +2026-\S+ +held by example\.com\/hold$/),
    expect.stringMatching(
      /^eu-1 +Namespace shop +2026-\S+ +ConfigMap shop\/settings of the application shop is there$/,
    ),
  ]);
});

it('says nothing of deletes where none is owed', async () => {
  targets(target('eu-1'));
  expect((await run('targets shop')).out).not.toMatch(/WHY IT IS STILL THERE/);
});
