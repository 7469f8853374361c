import { connect } from 'node:net';
import { operations } from '../../../apps/api/src/operations';
import { until } from '../../support/until';
import { cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => (api = await Harness.start()));
afterAll(() => api.stop());

const OPEN = { token: null };

describe('health', () => {
  it('is open, and says that the process lives', async () => {
    expect(await api.get('/healthz', OPEN)).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('is ready when database, sealer and projection are', async () => {
    const position = (await api.put('/v1/clusters/a', cluster())).body.position;
    await api.getAt('/v1/clusters', position);
    expect(await api.get('/readyz', OPEN)).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        checks: {
          database: { ok: true, detail: 'reachable' },
          sealer: { ok: true, detail: 'nothing waits' },
          projection: { ok: true, detail: '0 events behind' },
        },
      },
    });
  });
});

describe('metrics', () => {
  it('count requests by route template and not by path', async () => {
    await api.get('/v1/clusters/a');
    await api.get('/v1/clusters/b');
    const { text, headers } = await api.get('/metrics', OPEN);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(/keelson_http_request_duration_seconds_count\{method="GET",route="\/v1\/clusters\/\{name\}",status="200"\} 1/);
    expect(text).toMatch(/route="\/v1\/clusters\/\{name\}",status="404"\} 1/);
    expect(text).not.toContain('/v1/clusters/a');
  });

  it('tell the log, the sealer and the projection', async () => {
    const { text } = await api.get('/metrics', OPEN);
    for (const line of [
      /^keelson_log_position 1$/m,
      /^keelson_sealer_lag_seconds 0$/m,
      /^keelson_sealer_lag_events 0$/m,
      /^keelson_projection_lag_events\{projection="fleet"\} 0$/m,
      /^keelson_api_events_appended_total 1$/m,
    ]) {
      expect(text).toMatch(line);
    }
  });
});

describe('the document', () => {
  it('has exactly the routes that are served', () => {
    const served = new Set<string>();
    // Fastify prints its routing tree; a route stands in it as `path (METHODS)` piece by piece, so ask it route by route.
    for (const { method, path } of operations) {
      const url = path.replace(/\{([^}]+)\}/g, ':$1');
      if (api.api.fastify.hasRoute({ method, url })) served.add(`${method} ${path}`);
    }
    expect([...served].sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort());
    const printed = api.api.fastify.printRoutes({ commonPrefix: false });
    const counted = [...printed.matchAll(/\(([A-Z, ]+)\)/g)].flatMap((match) => (match[1] as string).split(', '));
    expect(counted.filter((method) => method !== 'HEAD')).toHaveLength(operations.length);
  });

  it('is served to anybody, as JSON and as a page', async () => {
    const { body } = await api.get('/openapi.json', OPEN);
    expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Keelson', version: '0.0.0-test' } });
    const page = await api.get('/docs', OPEN);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('/v1/applications/{name}/releases');
    expect((await api.get('/', OPEN)).body.links.docs).toBe('/docs');
  });
});

it('a request that is no HTTP does no harm', async () => {
  const { hostname, port } = new URL(api.url);
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write('NONSENSE\r\n\r\n'));
    socket.on('data', (part) => (text += part.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1.1 400/);
});

it('without its database it lives, is not ready, and answers 503', async () => {
  const alone = await Harness.start();
  try {
    const { name } = alone.database;
    const admin = api.database.pool;
    await admin.query(`alter database ${name} with allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await until('not ready', async () => (await alone.get('/readyz', OPEN)).status === 503);
    expect((await alone.get('/healthz', OPEN)).status).toBe(200);
    expect((await alone.get('/metrics', OPEN)).status).toBe(200);
    const refused = await alone.get('/v1/clusters');
    expect(refused).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.text).not.toContain(name);
    await admin.query(`alter database ${name} with allow_connections true`);
    await until('ready', async () => (await alone.get('/readyz', OPEN)).status === 200);
    expect((await alone.get('/v1/clusters')).status).toBe(200);
  } finally {
    await alone.stop();
  }
}, 30_000);
