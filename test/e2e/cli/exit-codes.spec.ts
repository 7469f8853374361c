import type { ServerResponse } from 'node:http';
import { FakeApi } from './fake-api';
import { keelson, type Setting } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (line: string, setting: Setting = {}) =>
  keelson(line.split(' '), { env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' }, ...setting });

const runOf = (phase: string, reason?: string) => ({
  body: {
    id: 'shop-1',
    application: 'shop',
    version: '1.0',
    revision: 'abc',
    rollback: false,
    phase,
    stages: [],
    waiting: [],
    override: null,
    reason,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    position: 9,
  },
});

const eu1 = {
  name: 'eu-1',
  phase: 'Connected',
  labels: { tier: 'prod' },
  version: 'v1.33.0',
  lastSeen: null,
  warnings: [],
  nodes: { total: 3, ready: 2 },
  targets: { total: 4, converged: 4, drifted: 0, behind: 0 },
};

const released = {
  status: 202,
  body: { position: 8, release: { id: 'shop@1', version: '1.0', revision: 'abc' }, run: { id: 'shop-1' } },
};

describe('0: done', () => {
  it('answers a table, and JSON with -o json wherever it stands', async () => {
    api.on('GET', '/v1/clusters', {
      body: { items: [eu1], next: null },
    });
    const table = await run('clusters');
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(/^NAME .*\neu-1 +Connected +v1.33.0 +2\/3 +4\/4 +- +tier=prod\n$/);
    for (const line of ['clusters -o json', '-o json clusters']) {
      expect(JSON.parse((await run(line)).out)).toMatchObject([{ name: 'eu-1' }]);
    }
    expect(api.seen[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('reads every page of a list', async () => {
    const page = (id: string, next: string | null) => ({
      body: { items: [{ id, stages: [] }], next },
    });
    api.on('GET', '/v1/runs', page('shop-1', 'shop-1'), page('shop-2', null));
    const { out } = await run('runs --application shop -o json');
    expect(JSON.parse(out)).toMatchObject([{ id: 'shop-1' }, { id: 'shop-2' }]);
    expect(api.seen.map(({ path }) => path)).toEqual([
      '/v1/runs?limit=500&application=shop',
      '/v1/runs?limit=500&application=shop&after=shop-1',
    ]);
  });

  it('begins a paged list where it was told to', async () => {
    api.on('GET', '/v1/audit', { body: { items: [], next: null } });
    expect((await run('audit --after 7 --limit 2')).out).toBe('no events\n');
    expect(api.seen[0]?.path).toBe('/v1/audit?limit=2&after=7');
  });

  it('sends a release once, with its images, reason and key', async () => {
    api.on('POST', '/v1/applications/shop/releases', released);
    const result = await run(
      'release shop --version 1.0 --image web=w:1 side=s:2 --reason why --idempotency-key k',
    );
    expect(result).toMatchObject({ code: 0, out: 'shop 1.0 released as run shop-1\n' });
    expect(api.seen).toHaveLength(1);
    expect(api.seen[0]?.body).toEqual({ version: '1.0', images: { web: 'w:1', side: 's:2' }, reason: 'why' });
    expect(api.seen[0]?.headers['idempotency-key']).toBe('k');
  });

  it('waits for the run that it started, also when the server is restarted before the first look', async () => {
    api.on('POST', '/v1/applications/shop/releases', released);
    api.on(
      'GET',
      '/v1/runs/shop-1',
      (response) => void response.destroy(),
      { status: 504, body: { code: 'position-not-reached' } },
      runOf('Succeeded'),
    );
    expect(await run('release shop --version 1.0 --wait')).toMatchObject({ code: 0 });
  });

  it('waits for the run that it started, reading its own write', async () => {
    api.on('POST', '/v1/applications/shop/releases', released);
    api.on('GET', '/v1/runs/shop-1', runOf('Pending'), runOf('Progressing'), runOf('Succeeded'));
    const { code, out } = await run('release shop --version 1.0 --wait');
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'run shop-1 (shop 1.0): Pending',
      'run shop-1: Progressing',
      'run shop-1: Succeeded',
      '',
    ]);
    expect(api.seen[1]?.headers['keelson-min-position']).toBe('8');
  });

  it('draws over itself on a terminal', async () => {
    api.on('GET', '/v1/runs/shop-1', runOf('Progressing'), runOf('Succeeded'));
    const { code, out } = await run('run shop-1 --watch', { tty: true });
    expect(code).toBe(0);
    expect(out).toContain('\x1b[1A');
    expect(out).toContain('Succeeded');
  });

  it('prints only the end of a run with -o json', async () => {
    api.on('GET', '/v1/runs/shop-1', runOf('Progressing'), runOf('Succeeded'));
    expect(JSON.parse((await run('run shop-1 --watch -o json')).out)).toMatchObject({ phase: 'Succeeded' });
  });

  it('outlives a restart of the server while it waits', async () => {
    api.on(
      'GET',
      '/v1/runs/shop-1',
      runOf('Progressing'),
      { status: 503 },
      (response) => response.destroy(),
      runOf('Succeeded'),
    );
    expect((await run('run shop-1 --watch')).code).toBe(0);
  });

  it('explains itself', async () => {
    const { code, out } = await run('release --help');
    expect(code).toBe(0);
    expect(out).toContain('--image <container=image...>');
    expect(out).toContain('--output <format>');
  });
});

describe('1: the run failed', () => {
  it.each(['Failed', 'Paused', 'Aborted', 'Superseded', 'RolledBack'])('%s', async (phase) => {
    api.on('GET', '/v1/runs/shop-1', runOf('Progressing'), runOf(phase, 'eu-1: not healthy within 5s'));
    const { code, out } = await run('run shop-1 --watch');
    expect(code).toBe(1);
    expect(out).toContain(`run shop-1: ${phase}: eu-1: not healthy within 5s`);
  });

  it('but only asking about such a run is done', async () => {
    api.on('GET', '/v1/runs/shop-1', runOf('Failed'));
    expect((await run('run shop-1')).code).toBe(0);
  });

  it('a broken chain', async () => {
    const head = { position: 5, chain: 'ff' };
    api.on('GET', '/v1/audit/verify', {
      body: { ok: false, checked: 5, head, firstBroken: { position: 3 } },
    });
    const { code, out } = await run('verify');
    expect(code).toBe(1);
    expect(out).toContain('first broken at {"position":3}');
  });
});

describe('2: usage', () => {
  it.each([
    ['nonsense', "unknown command 'nonsense'"],
    ['clusters -o yaml', 'Allowed choices are table, json'],
    ['release shop', "required option '--version <version>' not specified"],
    ['release shop --version 1 --image web', 'is not container=image'],
    ['scale shop many', 'is not a whole number'],
    ['scale shop', "missing required argument 'replicas'"],
    ['clusters extra', 'too many arguments'],
    ['clusters rm eu-1', "required option '--workloads <what>' not specified"],
    ['apply -f /nonexistent.yaml', 'cannot read /nonexistent.yaml: no such file'],
  ])('%s', async (line, message) => {
    const { code, err, out } = await run(line);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(api.seen).toEqual([]);
  });

  it('sends nothing when any document is wrong', async () => {
    const stdin = 'kind: Application\nname: a\n---\nkind: Wbhook\nname: b\n';
    const { code, err } = await run('apply -f -', { stdin });
    expect(code).toBe(2);
    expect(err).toContain("document 2: kind Wbhook is not one of Keelson's");
    expect(api.seen).toEqual([]);
  });

  it('no token', async () => {
    const { code, err } = await run('clusters', { env: { KEELSON_URL: api.url } });
    expect(code).toBe(2);
    expect(err).toContain('run "keelson login"');
  });
});

describe('3: refused', () => {
  it('prints the reason and every path', async () => {
    api.on('PUT', '/v1/applications/shop', {
      status: 422,
      body: {
        code: 'invalid-application',
        detail: 'the application is not valid',
        errors: [
          { path: '/namespace', message: 'must be DNS-1123' },
          { path: '', message: 'unknown field' },
        ],
      },
    });
    const { code, err } = await run('apply -f -', {
      stdin: 'kind: Application\nname: shop\nnamespace: A!\n',
    });
    expect(code).toBe(3);
    expect(err).toBe(
      [
        'refused: the application is not valid (invalid-application)',
        '  /namespace: must be DNS-1123',
        '  /: unknown field',
        '',
      ].join('\n'),
    );
    expect(api.seen[0]?.body).toEqual({ namespace: 'A!' });
  });

  it('says a single mistake once', async () => {
    const errors = [{ path: '/images/nope', message: 'no container has this name' }];
    const detail = '/images/nope: no container has this name';
    api.on('POST', '/v1/applications/shop/releases', { status: 422, body: { code: 'bad', detail, errors } });
    expect((await run('release shop --version 1 --image nope=w:1')).err).toBe(`refused: ${detail} (bad)\n`);
  });

  it.each([401, 404, 409, 429])('status %d, also from something that is not Keelson', async (status) => {
    api.on('GET', '/v1/clusters', (response) => response.writeHead(status).end('<html>'));
    expect(await run('clusters')).toMatchObject({ code: 3, err: `refused: status ${status} (${status})\n` });
  });
});

describe('4: not reachable', () => {
  const oneLine = /^[^\n]+\n$/;

  it('nobody listens', async () => {
    await api.stop();
    const { code, err } = await run('clusters');
    expect(code).toBe(4);
    expect(err).toMatch(oneLine);
    expect(err).toContain(`cannot reach ${api.url}: connect ECONNREFUSED`);
  });

  it.each([
    ['a 503', { status: 503, body: { detail: 'starting' } }, 'answered 503: starting'],
    ['a page', (response: ServerResponse) => response.end('<html>'), 'did not answer with JSON'],
    ['half an answer', (response: ServerResponse) => response.destroy(), 'cannot reach'],
  ])('%s', async (_, answer, message) => {
    api.on('GET', '/v1/clusters', answer);
    const { code, err, out } = await run('clusters');
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toMatch(oneLine);
    expect(err).toContain(message);
  });
});
