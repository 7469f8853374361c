import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../until';
import { freePort } from './free-port';
import { LogTail } from './log-tail';
import { stopLeftDatabase } from './left-database';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder';

/** The database of a first start is made from nothing; a slow disk takes its time. */
const READY_MS = 90_000;

/** A stop is a matter of a second; the server closes watches, the queue and the database. */
const STOP_MS = 15_000;

/** Settings of the caller's own server must not leak into this one: it would work on their database. */
const FOREIGN = /^(KEELSON_|DATABASE_URL$|REDIS_URL$|KAFKA_BROKERS$|LOG_LEVEL$)/;

/**
 * `npm start` in a process of its own, with an embedded database in a throw-away folder: what is shown and measured
 * is the product as it is installed, seen only through its HTTP API.
 */
export class ControlPlane {
  private readonly ended = new AbortController();
  private stopping = false;

  private constructor(
    readonly url: string,
    readonly token: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly log: LogTail,
  ) {
    child.once('exit', (code, signal) => {
      if (this.stopping) return;
      this.ended.abort(
        new Error(`the server ended by itself (${signal ?? `exit code ${code}`}):\n${String(log)}`),
      );
    });
  }

  /** Aborted, with the server's last words as its reason, when the server ends without having been asked to. */
  get died(): AbortSignal {
    return this.ended.signal;
  }

  /** The end of what it printed; warnings and worse. */
  get lastWords(): string {
    return String(this.log);
  }

  /** Resolves when the server is ready to serve. */
  static async start(signal: AbortSignal): Promise<ControlPlane> {
    const folder = await makeScratchFolder();
    const port = await freePort();
    const token = randomBytes(24).toString('base64url');
    const main = join(dirname(require.resolve('@keelson/server/package.json')), 'dist', 'main.js');
    const child = spawn(process.execPath, [main, 'all'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))),
        KEELSON_HOST: '127.0.0.1',
        KEELSON_PORT: String(port),
        KEELSON_DATA: join(folder, 'data'),
        KEELSON_ADMIN_TOKEN: token,
        KEELSON_ALLOW_PRIVATE_CALLBACKS: 'true',
        LOG_LEVEL: 'warn',
      },
    });
    const log = new LogTail();
    log.read(child.stdout);
    log.read(child.stderr);
    const plane = new ControlPlane(`http://127.0.0.1:${port}`, token, child, folder, log);
    try {
      await plane.ready(AbortSignal.any([signal, plane.died]));
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** Resolves when the server has ended, or after so many milliseconds in which it has not. */
  async endsWithin(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.died }).catch(() => undefined);
  }

  /** Prometheus text. */
  async metrics(): Promise<string> {
    const answer = await fetch(`${this.url}/metrics`, { headers: { authorization: `Bearer ${this.token}` } });
    return answer.text();
  }

  /** Stops the server as Ctrl-C does, and leaves nothing behind. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      const giveUp = new AbortController();
      const late = delay(STOP_MS, 'late', { signal: giveUp.signal }).catch(() => undefined);
      if ((await Promise.race([exited, late])) === 'late') this.child.kill('SIGKILL');
      giveUp.abort();
      await exited;
    }
    await stopLeftDatabase(this.folder);
    await removeScratchFolder(this.folder);
  }

  /** For an exit that cannot wait: the server stops itself and its database, only the folder stays behind. */
  leave(): void {
    this.child.kill('SIGTERM');
  }

  private async ready(signal: AbortSignal): Promise<void> {
    await until(
      'the server is ready',
      async (note) => {
        const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
        note(
          answer
            ? `/readyz answers ${answer.status}: ${(await answer.text()).slice(0, 200)}`
            : String(this.log),
        );
        return answer?.ok || undefined;
      },
      { deadlineMs: READY_MS, signal },
    );
  }
}
