import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { operations } from '../../../apps/api/src/operations';
import { serverInUse } from '../../support/database';
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
    expect(text).toMatch(
      /keelson_http_request_duration_seconds_count\{method="GET",route="\/v1\/clusters\/\{name\}",status="200"\} 1/,
    );
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
    const counted = [...printed.matchAll(/\(([A-Z, ]+)\)/g)].flatMap((match) =>
      (match[1] as string).split(', '),
    );
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

it.each([
  ['is no HTTP', 'NONSENSE', 400, 'malformed-request'],
  ['has a method of no name', 'CHEER / HTTP/1.1', 400, 'malformed-request'],
  ['is too long', `GET /v1/audit?type=${'a'.repeat(20_000)} HTTP/1.1`, 431, 'headers-too-large'],
])('a request that %s is answered with a problem', async (_, line, status, code) => {
  const { hostname, port } = new URL(api.url);
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(`${line}\r\n\r\n`));
    socket.on('data', (part) => (text += part.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head.toLowerCase()).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ type: `urn:keelson:problem:${code}`, status, code });
});

it('without its database it lives, is not ready, and answers 503', async () => {
  const wire = await Wire.to(new URL(serverInUse().url));
  const alone = await Harness.start({ through: (url) => wire.rerouted(url) });
  try {
    await until('ready', async () => (await alone.get('/readyz', OPEN)).status === 200);
    await wire.cut();
    await until('not ready', async () => (await alone.get('/readyz', OPEN)).status === 503);
    expect((await alone.get('/healthz', OPEN)).status).toBe(200);
    expect((await alone.get('/metrics', OPEN)).status).toBe(200);
    const refused = await alone.get('/v1/clusters');
    expect(refused).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.text).not.toMatch(/ECONN|127\.0\.0\.1/);
    await wire.mend();
    await until('ready', async () => (await alone.get('/readyz', OPEN)).status === 200);
    expect((await alone.get('/v1/clusters')).status).toBe(200);
  } finally {
    await alone.stop();
    await wire.cut();
  }
}, 30_000);

/** A connection to a server that can be cut and mended. */
class Wire {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private port = 0;

  private constructor(target: URL) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => other.destroy());
        socket.pipe(other);
      }
    });
  }

  static async to(target: URL): Promise<Wire> {
    const wire = new Wire(target);
    await wire.mend();
    return wire;
  }

  rerouted(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.toString();
  }

  async mend(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    await closed;
  }
}
