import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MAIN = join(__dirname, '../../../apps/server/dist/main.js');

/** A start takes 2.4 s of a processor, and waits for the database: with both scarce, a minute was seen. */
const READY_MS = 180_000;
/** The server gives itself 15 s. */
const STOP_MS = 25_000;
const RESTART_MS = 200;

export interface ServerOptions {
  readonly name: string;
  readonly role: 'api' | 'worker';
  readonly env: Readonly<Record<string, string>>;
  /** Where everything that it prints is kept. */
  readonly logFile: string;
  /** It ended without having been killed, or not in order. */
  readonly onFault: (what: string) => void;
}

/** One process of Keelson and whoever starts it again: what a Deployment would be to it. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private ready = false;
  /** What this process was told to do; an end that comes otherwise is a fault. */
  private expected: 'run' | 'end' = 'end';
  private starting: Promise<void> = Promise.resolve();

  constructor(private readonly options: ServerOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** Resolves when it says that it serves; one that cannot start, because the database is away, is started again. */
  start(): Promise<void> {
    this.expected = 'run';
    return (this.starting = this.starting.then(() => this.keepStarting()));
  }

  /** The same with a database that serves: then it has to start the first time. */
  async startOnce(): Promise<void> {
    this.expected = 'run';
    if (await this.tryToStart()) return;
    const words = await readFile(this.options.logFile, 'utf8');
    throw new Error(`${this.name} does not start:\n${words.slice(0, 2_000)}`);
  }

  /** SIGKILL ends it anywhere; SIGTERM lets it stop in order, and then it has to. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.expected = 'end';
    const { child } = this;
    if (!child) return;
    const wasReady = this.ready;
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    child.kill(signal);
    if (signal === 'SIGKILL') return void (await exited);
    const giveUp = new AbortController();
    const late = delay(STOP_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
    const how = await Promise.race([exited, late]);
    giveUp.abort();
    if (!how) {
      this.options.onFault(`${this.name} does not stop within ${STOP_MS / 1_000} s of SIGTERM`);
      child.kill('SIGKILL');
      await exited;
    } else if (wasReady && how[0] !== 0) {
      this.options.onFault(`${this.name} ended with ${how[1] ?? `exit code ${how[0]}`} after SIGTERM`);
    }
  }

  killNow(): void {
    this.child?.kill('SIGKILL');
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  private async keepStarting(): Promise<void> {
    if (this.child) return;
    const deadline = Date.now() + READY_MS;
    while (this.expected === 'run' && !(await this.tryToStart())) {
      if (Date.now() > deadline)
        return this.options.onFault(`${this.name} does not start: see ${this.options.logFile}`);
      await delay(RESTART_MS);
    }
  }

  /** False when it ended before it could serve. */
  private async tryToStart(): Promise<boolean> {
    const { role, env, logFile } = this.options;
    const child = spawn(process.execPath, [MAIN, role], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
    });
    this.child = child;
    const log = createWriteStream(logFile, { flags: 'a' });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      // Of Node itself: a listener too many, a promise that nobody looks at.
      const warning = /^\(node:\d+\) (.*Warning: .*)$/m.exec(text)?.[1];
      if (warning) this.options.onFault(`${this.name} makes Node warn: ${warning}`);
    });
    const serving = new Promise<'serving'>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        log.write(text);
        // The last words of one that was killed may come when the next one has begun.
        if (!text.includes('Keelson ') || this.child !== child) return;
        this.ready = true;
        resolve('serving');
      });
    });
    const ended = new Promise<'ended'>((resolve) => {
      child.once('exit', (code, signal) => {
        this.ended(code, signal);
        resolve('ended');
      });
    });
    const giveUp = new AbortController();
    const late = delay(READY_MS, 'late' as const, { signal: giveUp.signal }).catch(() => 'late' as const);
    const how = await Promise.race([serving, ended, late]);
    giveUp.abort();
    if (how === 'late') child.kill('SIGKILL');
    return how === 'serving';
  }

  private ended(code: number | null, signal: NodeJS.Signals | null): void {
    const wasReady = this.ready;
    this.child = undefined;
    this.ready = false;
    if (this.expected === 'end' || !wasReady) return;
    const how = signal ?? `exit code ${code}`;
    this.options.onFault(`${this.name} ended by itself (${how}): see ${this.options.logFile}`);
    void this.start();
  }
}
