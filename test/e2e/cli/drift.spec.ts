import { FakeApi } from './fake-api';
import { keelson } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (line: string) =>
  keelson(line.split(' '), { env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' } });

const drift = (position: number, change: object = {}) => ({
  object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' },
  path: '/data/currency',
  from: 'EUR',
  to: 'USD',
  manager: 'kubectl-edit',
  at: '2026-01-01T00:00:00Z',
  detected: { position, at: '2026-01-01T00:00:00.100Z' },
  corrected: { position: position + 1, at: '2026-01-01T00:00:00.120Z', how: 'Applied' },
  ...change,
});
const page = (...items: object[]) => ({ body: { items, next: null } });
const at = (cluster: string) => `/v1/applications/shop/targets/${cluster}/drift`;

it('shows the drift of all clusters in the order of the log', async () => {
  api.on('GET', '/v1/applications/shop/targets', page({ cluster: 'eu-1' }, { cluster: 'us-1' }));
  api.on(
    'GET',
    at('eu-1'),
    page(drift(4), drift(9, { path: '', to: 'deleted', manager: null, corrected: null })),
  );
  api.on('GET', at('us-1'), page(drift(6)));
  const { code, out } = await run('drift shop');
  expect(code).toBe(0);
  const [head, ...rows] = out.trimEnd().split('\n');
  expect(head).toMatch(/^AT +CLUSTER +OBJECT +PATH +CHANGE +BY +END$/);
  expect(rows[0]).toMatch(
    /eu-1 +ConfigMap\/settings +\/data\/currency +EUR → USD +kubectl-edit +Applied 2026-01-01T00:00:00.120Z$/,
  );
  expect(rows[1]).toMatch(/us-1/);
  expect(rows[2]).toMatch(/eu-1 +ConfigMap\/settings +- +EUR → deleted +- +open$/);
});

it('asks one cluster only, as JSON when it is wanted', async () => {
  api.on('GET', at('eu-1'), page(drift(4)));
  const { out } = await run('drift shop --cluster eu-1 -o json');
  expect(JSON.parse(out)).toEqual([{ cluster: 'eu-1', ...drift(4) }]);
  expect(api.seen.map(({ path }) => path.split('?')[0])).toEqual([at('eu-1')]);
});

it('says so when there was none, and when there is no such target', async () => {
  api.on('GET', '/v1/applications/shop/targets', page());
  expect((await run('drift shop')).out).toBe('no drift\n');
  const problem = { status: 404, code: 'target-not-found', detail: 'shop has no target in cluster z' };
  api.on('GET', at('z'), { status: 404, body: problem });
  expect(await run('drift shop --cluster z')).toMatchObject({ code: 3 });
});
