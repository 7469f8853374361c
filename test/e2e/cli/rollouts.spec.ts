import { FakeApi } from './fake-api';
import { keelson, type Setting } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (args: readonly string[], setting: Setting = {}) =>
  keelson(args, { env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' }, ...setting });
const accepted = { status: 202, body: { position: 8 } };

describe('actions', () => {
  it.each([
    ['pause', [], 'run shop-1 paused at position 8'],
    ['resume', [], 'run shop-1 resumed at position 8'],
    ['abort', ['--reason', 'wrong version'], 'run shop-1 aborted at position 8'],
    ['approve', ['--stage', 'canary'], 'run shop-1 approved at position 8'],
    ['reject', ['--stage', 'canary', '--reason', 'no'], 'run shop-1 rejected at position 8'],
    ['promote', ['--stage', 'canary'], 'run shop-1 promoted at position 8'],
    ['retry', ['--cluster', 'eu-1'], 'run shop-1 retried at position 8'],
    ['skip', ['--stage', 'prod', '--cluster', 'eu-1'], 'run shop-1 told to skip at position 8'],
    ['override', ['--reason', 'incident 7'], 'run shop-1 overridden at position 8'],
  ])('%s', async (action, options, text) => {
    api.on('POST', '/v1/runs/shop-1/actions', accepted);
    expect(await run([action, 'shop-1', ...options])).toEqual({ code: 0, out: `${text}\n`, err: '' });
    const given = Object.fromEntries(
      options.flatMap((option, index) => (index % 2 === 0 ? [[option.slice(2), options[index + 1]]] : [])),
    );
    expect(api.seen.map(({ body }) => body)).toEqual([{ action, ...given }]);
    expect(api.seen[0]?.headers['idempotency-key']).toBeDefined();
  });

  it('that do not fit are refused with the reason', async () => {
    const body = { code: 'action-refused', detail: 'cannot resume: the run is not paused' };
    api.on('POST', '/v1/runs/shop-1/actions', { status: 409, body });
    expect(await run(['resume', 'shop-1'])).toMatchObject({
      code: 3,
      err: 'refused: cannot resume: the run is not paused (action-refused)\n',
    });
  });
});

describe('rollback', () => {
  const rolledBack = {
    status: 202,
    body: {
      position: 8,
      release: { id: 'shop-r5', version: '1.1', revision: 'abc' },
      run: { id: 'shop-5' },
    },
  };

  it('takes an application to a version, once', async () => {
    api.on('POST', '/v1/applications/shop/rollback', rolledBack);
    const { code, out } = await run([
      ...['rollback', 'shop', '--to', '1.1', '--reason', 'errors', '--idempotency-key', 'k'],
    ]);
    expect({ code, out }).toEqual({ code: 0, out: 'shop goes back to 1.1 as run shop-5\n' });
    expect(api.seen[0]).toMatchObject({
      body: { to: '1.1', reason: 'errors' },
      headers: { 'idempotency-key': 'k' },
    });
  });

  it('waits for the run that it started', async () => {
    api.on('POST', '/v1/applications/shop/rollback', rolledBack);
    const shown = {
      ...{ id: 'shop-5', application: 'shop', version: '1.1', revision: 'abc', rollback: true },
      ...{ phase: 'Succeeded', stages: [], waiting: [], override: null, position: 9 },
      ...{ startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:05.000Z' },
    };
    api.on('GET', '/v1/runs/shop-5', { body: shown });
    expect(await run(['rollback', 'shop', '--to', '1.1', '--wait'])).toMatchObject({ code: 0 });
    expect(api.seen[1]?.headers['keelson-min-position']).toBe('8');
  });

  it('undoes a run', async () => {
    api.on('POST', '/v1/runs/shop-5/actions', accepted);
    const { out } = await run(['rollback', '--run', 'shop-5', '--reason', 'errors']);
    expect(out).toBe('run shop-5 is rolled back since position 8\n');
    expect(api.seen[0]?.body).toEqual({ action: 'rollback', reason: 'errors' });
  });

  it.each([
    ['nothing', []],
    ['an application without a version', ['shop']],
    ['an application and a run', ['shop', '--to', '1.1', '--run', 'shop-5']],
    ['a run to wait for', ['--run', 'shop-5', '--wait']],
  ])('needs to know what: not %s', async (_, args) => {
    expect(await run(['rollback', ...args])).toMatchObject({ code: 2, out: '' });
    expect(api.seen).toEqual([]);
  });
});

describe('holds', () => {
  const hold = {
    id: 'abc123',
    scope: { application: 'shop', cluster: 'eu-1' },
    owner: 'ann',
    reason: 'migration',
    placedAt: new Date().toISOString(),
  };

  it('are listed with scope, owner and reason', async () => {
    const items = [hold, { ...hold, id: 'def456', scope: {} }];
    api.on('GET', '/v1/holds', { body: { items, next: null } });
    const lines = (await run(['holds'])).out.split('\n');
    expect(lines[1]).toMatch(/^abc123 +application shop, cluster eu-1 +ann +\S+ +migration$/);
    expect(lines[2]).toMatch(/^def456 +everything +ann/);
    api.on('GET', '/v1/holds', { body: { items: [], next: null } });
    expect((await run(['holds'])).out).toBe('no holds\n');
  });

  it('are placed and released', async () => {
    api.on('POST', '/v1/holds', { status: 202, body: { position: 8, id: 'abc123' } });
    api.on('DELETE', '/v1/holds/abc123', accepted);
    const placed = await run(['holds', 'add', '--application', 'shop', '--reason', 'migration']);
    expect(placed.out).toBe('hold abc123 placed at position 8\n');
    await run(['holds', 'add', '--everything', '--reason', 'outage']);
    const released = await run(['holds', 'release', 'abc123', '--reason', 'done']);
    expect(released.out).toBe('hold abc123 released at position 8\n');
    expect(api.seen.map(({ path, body }) => body ?? path)).toEqual([
      { scope: { application: 'shop' }, reason: 'migration' },
      { scope: {}, reason: 'outage' },
      '/v1/holds/abc123?reason=done',
    ]);
  });

  it.each([
    ['nothing', ['--reason', 'x']],
    ['everything and something', ['--everything', '--project', 'web', '--reason', 'x']],
    ['no reason', ['--application', 'shop']],
  ])('need to know what and why: not %s', async (_, args) => {
    expect(await run(['holds', 'add', ...args])).toMatchObject({ code: 2, out: '' });
    expect(api.seen).toEqual([]);
  });
});

describe('windows', () => {
  const definition = { kind: 'Deny', schedule: '0 22 * * *', duration: '8h', timezone: 'Europe/Berlin' };

  it('are applied beside applications, in the order of the file', async () => {
    api.on('PUT', '/v1/windows/nights', accepted);
    api.on('PUT', '/v1/applications/shop', accepted);
    const stdin = [
      'kind: Window\nname: nights\nspec: {kind: Deny, schedule: 0 22 * * *, duration: 8h, timezone: Europe/Berlin}\n',
      'kind: Application\nname: shop\nnamespace: shop\n',
    ].join('---\n');
    const { code, out } = await run(['apply', '-f', '-', '--reason', 'agreed'], { stdin });
    expect({ code, out }).toEqual({
      code: 0,
      out: 'window nights defined at position 8\napplication shop defined at position 8\n',
    });
    expect(api.seen.map(({ path, body }) => [path, body])).toEqual([
      ['/v1/windows/nights', { ...definition, reason: 'agreed' }],
      ['/v1/applications/shop', { namespace: 'shop', reason: 'agreed' }],
    ]);
  });

  it('are listed and deleted', async () => {
    const shown = { name: 'nights', ...definition, open: true, changesAt: '2026-11-20T05:00:00.000Z' };
    api.on('GET', '/v1/windows', { body: { items: [shown], next: null } });
    api.on('DELETE', '/v1/windows/nights', accepted);
    expect((await run(['windows'])).out).toMatch(
      /\nnights +Deny +0 22 \* \* \* +8h +Europe\/Berlin +open +2026-11-20T05:00:00.000Z\n$/,
    );
    expect((await run(['windows', 'rm', 'nights'])).out).toBe('window nights deleted at position 8\n');
  });
});

describe('diff', () => {
  it('shows each cluster: who was asked, what would change, and what would be refused', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
    const image = { path: '/spec/image', from: 'a:1', to: 'a:2' };
    api.on('POST', '/v1/applications/shop/diff', {
      body: {
        items: [
          {
            cluster: 'eu-1',
            source: 'DryRun',
            unchanged: 2,
            changes: [
              { object: { ...object, kind: 'Deployment', name: 'web' }, change: 'Update', fields: [image] },
              { object, change: 'Delete', fields: [] },
            ],
          },
          { cluster: 'us-1', source: 'Plan', why: 'no route to host', unchanged: 3, changes: [] },
          { cluster: 'us-2', source: 'Plan', error: '/overrides/0: no such path', unchanged: 0, changes: [] },
        ],
      },
    });
    const { code, out } = await run(['diff', 'shop', '--image', 'web=a:2']);
    expect(code).toBe(0);
    expect(out).toBe(`eu-1: 2 to change, 2 unchanged
  ~ Deployment shop/web
      /spec/image: "a:1" → "a:2"
  - ConfigMap shop/settings

us-1 (by its plan: no route to host): 0 to change, 3 unchanged

us-2: there would be no plan: /overrides/0: no such path
`);
    expect(api.seen[0]?.body).toEqual({ images: { web: 'a:2' } });
  });
});
