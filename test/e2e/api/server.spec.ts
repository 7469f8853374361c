import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../../support/database';
import { until } from '../../support/until';
import { cluster } from './fixtures';

const root = join(__dirname, '..', '..', '..');
const main = join(root, 'apps', 'server', 'dist', 'main.js');
const TOKEN = 'a-token-for-the-server-tests';

let folder: string;
const started: Server[] = [];

beforeAll(() => execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')]), 60_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-server-'));
  // The embedded PostgreSQL of root runs as another account, which has to pass.
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.end();
  stopLeftDatabase();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

/** The process as `npm start` starts it. */
class Server {
  out = '';
  err = '';
  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (part) => (this.out += part));
    child.stderr?.on('data', (part) => (this.err += part));
  }

  static start(role: string, env: Record<string, string> = {}): Server {
    const child = spawn(process.execPath, [main, role], {
      env: {
        PATH: process.env.PATH,
        KEELSON_DATA: join(folder, 'data'),
        KEELSON_PORT: '0',
        LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new Server(child);
    started.push(server);
    return server;
  }

  /** Waits for the line that says what is in use. */
  async up(): Promise<string> {
    const line = () => /^Keelson .*$/m.exec(this.out)?.[0];
    return until(
      `the server is up: ${this.err}`,
      () => {
        if (this.child.exitCode !== null) throw new Error(`it ended: ${this.err}`);
        return line();
      },
      60_000,
    );
  }

  get url(): string {
    return /http:\/\/\S+/.exec(this.out)?.[0] as string;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async exit(): Promise<number | NodeJS.Signals> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode ?? (this.child.signalCode as NodeJS.Signals);
  }

  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit();
  }

  request(path: string, token: string, method = 'GET', json?: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  }
}

const databaseFolder = (): string => realpathSync(join(folder, 'data', 'postgres'));

const databasePid = (): number | undefined => {
  try {
    return Number(readFileSync(join(databaseFolder(), 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
};

/** A server that was killed leaves its database running, on purpose. */
const stopLeftDatabase = (): void => {
  const pid = databasePid();
  if (pid !== undefined) process.kill(pid, 'SIGQUIT');
};

/** A port at which nothing listens. */
const closedPort = async (): Promise<number> => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  return port;
};

describe('npm start', () => {
  it('says what it uses, survives kill -9 and stops cleanly', async () => {
    const first = Server.start('all');
    expect(await first.up()).toMatch(
      /^Keelson \d+\.\d+\.\d+ at http:\/\/127\.0\.0\.1:\d+ · embedded PostgreSQL · queue BullMQ on PostgreSQL · bus PostgreSQL · 0 clusters$/,
    );
    const token = readFileSync(join(folder, 'data', 'admin-token'), 'utf8').trim();
    expect(first.out).toContain(token);
    for (const name of ['admin-token', 'admin-token.sha256', 'encryption-key']) {
      expect(statSync(join(folder, 'data', name)).mode & 0o777).toBe(0o600);
    }
    expect((await first.request('/v1/clusters/a', token, 'PUT', cluster())).status).toBe(202);
    await first.end();

    const second = Server.start('all', { LOG_LEVEL: 'info' });
    expect(await second.up()).toMatch(/ · 1 cluster$/);
    expect(second.out).not.toContain(token);
    expect(await (await second.request('/v1/clusters/a', token)).json()).toMatchObject({ name: 'a' });
    // Quiet: requests are not logged.
    expect(second.err).not.toContain('/v1/clusters');

    const events = await second.request('/v1/events', token);
    const asked = Date.now();
    second.signal('SIGTERM');
    await events.text();
    expect(await second.exit()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(databasePid()).toBeUndefined();
  }, 120_000);

  it('ends at once at the second signal, and when its database dies', async () => {
    const server = Server.start('all');
    await server.up();
    process.kill(databasePid() as number, 'SIGQUIT');
    expect(await server.exit()).toBe(1);
    expect(server.err).toContain('the embedded PostgreSQL ended unexpectedly');

    const again = Server.start('all');
    await again.up();
    again.signal('SIGINT');
    again.signal('SIGINT');
    expect([0, 130]).toContain(await again.exit());
  }, 120_000);

  it('ends in order also at a signal that comes while it waits for its queue', async () => {
    const server = Server.start('all', { REDIS_URL: `redis://127.0.0.1:${await closedPort()}` });
    await until('it waits', () => server.err.includes('trouble with the job queue'), 60_000);
    server.signal('SIGTERM');
    expect(await server.exit()).toBe(0);
    expect(databasePid()).toBeUndefined();
  }, 60_000);

  it('is one in its folder and on its port', async () => {
    const server = Server.start('all');
    await server.up();
    const twin = Server.start('all');
    expect(await twin.exit()).toBe(1);
    expect(twin.err).toMatch(/^keelson: \S+ is in use by another Keelson process: stop that one first\n$/);
    const { port } = new URL(server.url);
    const rival = Server.start('all', { KEELSON_DATA: join(folder, 'rival'), KEELSON_PORT: port });
    expect(await rival.exit()).toBe(1);
    expect(rival.err).toBe(
      `keelson: port ${port} on 127.0.0.1 is in use: stop the other program, or choose another KEELSON_PORT\n`,
    );
  }, 120_000);
});

describe('the parts alone', () => {
  const key = (octet: number): string => Buffer.alloc(32, octet).toString('base64');

  it('share a database', async () => {
    const database = await testDatabase();
    try {
      const env = { DATABASE_URL: database.url, KEELSON_ENCRYPTION_KEY: key(1), KEELSON_ADMIN_TOKEN: TOKEN };
      const api = Server.start('api', env);
      expect(await api.up()).toMatch(/at http:\S+ · PostgreSQL at [^ ]+ · 0 clusters$/);
      expect((await api.request('/readyz', TOKEN)).status).toBe(503);
      expect((await api.request('/v1/clusters', TOKEN)).status).toBe(503);
      const put = await api.request('/v1/clusters/a', TOKEN, 'PUT', cluster());
      expect(put.status).toBe(202);

      const worker = Server.start('worker', env);
      expect(await worker.up()).toMatch(
        /^Keelson worker \S+ · PostgreSQL at .* · queue .* · bus PostgreSQL · 1 cluster$/,
      );
      await until('the API is ready', async () => (await api.request('/readyz', TOKEN)).status === 200);
      expect((await api.request('/v1/clusters/a', TOKEN)).status).toBe(200);
      await until('the head is signed', async () => {
        const { signature } = (await (await api.request('/v1/audit/verify', TOKEN)).json()) as any;
        return signature !== null;
      });
      for (const server of [api, worker]) {
        server.signal('SIGTERM');
        expect(await server.exit()).toBe(0);
      }
      const stranger = Server.start('worker', { ...env, KEELSON_ENCRYPTION_KEY: key(2) });
      expect(await stranger.exit()).toBe(1);
      expect(stranger.err).toMatch(/^keelson: KEELSON_ENCRYPTION_KEY .*not the key.*\n$/);
    } finally {
      for (const server of started) await server.end();
      await database.drop();
    }
  }, 120_000);
});

describe('a start that cannot be', () => {
  it.each([
    ['a bad setting', 'all', { KEELSON_PORT: 'http' }, /^keelson: KEELSON_PORT must be a port.*\n$/],
    [
      'a missing key',
      'all',
      { DATABASE_URL: 'postgres://127.0.0.1:1/x' },
      /^keelson: KEELSON_ENCRYPTION_KEY is needed.*\n$/,
    ],
    ['an unknown part', 'web', {}, /^keelson: "web" is no part of Keelson.*\n$/],
  ])('%s is told in one line', async (_, role, env, line) => {
    const server = Server.start(role, env);
    expect(await server.exit()).toBe(1);
    expect(server.err).toMatch(line);
    expect(server.out).toBe('');
  });

  it('a host at which nobody can listen is told in one line', async () => {
    // Half an address: it does not say on which interface.
    const server = Server.start('all', { KEELSON_HOST: 'fe80::1' });
    expect(await server.exit()).toBe(1);
    expect(server.err).toMatch(/^keelson: KEELSON_HOST fe80::1 .*\n$/);
  }, 60_000);

  it('a database that is away is told in one line', async () => {
    const env = {
      DATABASE_URL: `postgres://u:secret@127.0.0.1:${await closedPort()}/x`,
      KEELSON_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    };
    const server = Server.start('all', env);
    expect(await server.exit()).toBe(1);
    expect(server.err).toMatch(/^keelson: the database cannot be reached .*check DATABASE_URL\n$/);
    expect(server.err).not.toContain('secret');
  });
});
