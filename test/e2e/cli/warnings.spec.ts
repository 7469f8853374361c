import { FakeApi } from './fake-api';
import { keelson, type Setting } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (args: readonly string[], setting: Setting = {}) =>
  keelson(args, { env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' }, ...setting });

const warnings = [
  {
    code: 'readiness-probe-missing',
    path: '/spec/template/spec/containers/0/readinessProbe',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    message: 'container "main" is behind Service shop/web and has no readinessProbe',
  },
];
const told =
  'warning Deployment shop/web /spec/template/spec/containers/0/readinessProbe: ' +
  'container "main" is behind Service shop/web and has no readinessProbe (readiness-probe-missing)\n';
const release = { id: 'shop-r5', version: '1.1', revision: 'abc' };
const started = { status: 202, body: { position: 8, release, run: { id: 'shop-5' }, warnings } };

const COMMANDS: [args: string[], method: string, path: string][] = [
  [['release', 'shop', '--version', '1.1'], 'POST', '/v1/applications/shop/releases'],
  [['rollback', 'shop', '--to', '1.1'], 'POST', '/v1/applications/shop/rollback'],
];

describe('warnings', () => {
  it.each(COMMANDS)('stand beside the answer of %j, and do not fail it', async (args, method, path) => {
    api.on(method, path, started);
    expect(await run(args)).toMatchObject({ code: 0, err: told, out: expect.stringContaining('shop-5') });
  });

  it.each(COMMANDS)('are in the JSON of %j', async (args, method, path) => {
    api.on(method, path, started);
    const { out, err } = await run([...args, '-o', 'json']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ warnings });
  });

  it('are told of what is applied, and of nothing that has none', async () => {
    api.on('PUT', '/v1/applications/shop', { status: 202, body: { position: 8, warnings } });
    api.on('PUT', '/v1/sidecars/logs', { status: 202, body: { position: 9 } });
    const stdin = 'kind: Application\nname: shop\n---\nkind: Sidecar\nname: logs\n';
    expect(await run(['apply', '-f', '-'], { stdin })).toEqual({
      code: 0,
      out: 'application shop defined at position 8\nsidecar logs defined at position 9\n',
      err: told,
    });
  });
});
