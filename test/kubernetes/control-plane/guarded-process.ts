import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Runs a program that must not outlive us, however we end: kill -9 runs no exit hook, so a shell stands between.
 * It holds the reading end of a pipe whose other end is ours; when that closes, it kills the program. The signal
 * of `setpriv --pdeathsig` would do the same on Linux only.
 */
const GUARD = `
exec 3<&0
trap 'kill -TERM "$program" 2>/dev/null' TERM
"$@" </dev/null 3<&- &
program=$!
(read -r _ <&3; kill -KILL "$program") 2>/dev/null &
watcher=$!
wait "$program"; code=$?
while kill -0 "$program" 2>/dev/null; do wait "$program"; code=$?; done
kill -KILL "$watcher"
exit "$code"`;

/** The command that runs a program under guard; its standard input must be a pipe that only its owner holds. */
export const guardedCommand = (file: string, args: readonly string[]): [string, string[]] => [
  '/bin/sh',
  ['-c', GUARD, basename(file), file, ...args],
];

/** Milliseconds between SIGTERM and SIGKILL. kube-apiserver waits for its watchers; we do not wait for it. */
const GRACE = 3_000;

const TOLD_LINES = 25;

export interface GuardedProcess {
  readonly name: string;
  readonly running: boolean;
  /** Throws with what its log says when it is no longer running. */
  assertRunning(): void;
  /** The lines where it crashed, or else the last that it wrote. */
  tail(): string;
  /**
   * SIGTERM, then SIGKILL. Resolves when it is gone; safe to call again. One that ended by itself unnoticed is
   * told on stderr: the tests that it took with it can only say that nobody answered.
   */
  stop(): Promise<void>;
}

/**
 * Starts `file` in a process group of its own. Its output goes to `logFile`, not through us: a pipe that a busy
 * event loop does not empty would stop the program.
 */
export function startGuarded(file: string, args: readonly string[], logFile: string): GuardedProcess {
  const name = basename(file);
  const log = openSync(logFile, 'w');
  const guard = spawn(...guardedCommand(file, args), {
    detached: true,
    stdio: ['pipe', log, log],
    env: environment(),
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    guard.once('exit', () => resolve());
    guard.once('error', () => resolve());
  });
  // A guard that dies first breaks the pipe; that it ended is all there is to know.
  guard.stdin?.on('error', () => undefined);

  const tail = () => tellingLines(readFileSync(logFile, 'utf8'));
  const story = () => `${name} ended (${endOf(guard)}):\n${tail()}`;
  let endIsKnown = false;
  return {
    name,
    get running() {
      return isRunning(guard);
    },
    tail,
    assertRunning() {
      if (isRunning(guard)) return;
      endIsKnown = true;
      throw new Error(story());
    },
    async stop() {
      if (isRunning(guard)) guard.kill('SIGTERM');
      else if (!endIsKnown) process.stderr.write(`${story()}\n`);
      endIsKnown = true;
      // The pipe closes as if we had died: the guard kills the program and sees it gone before it ends itself.
      const timer = setTimeout(() => guard.stdin?.destroy(), GRACE);
      await ended;
      clearTimeout(timer);
      guard.stdin?.destroy();
    },
  };
}

/** A Go program that crashes says why first and then lists every goroutine. */
function tellingLines(log: string): string {
  const crash = log.search(/^(panic|fatal error):/m);
  const lines = log.slice(Math.max(crash, 0)).trimEnd().split('\n');
  return (crash < 0 ? lines.slice(-TOLD_LINES) : lines.slice(0, TOLD_LINES)).join('\n');
}

const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

const endOf = (child: ChildProcess): string => child.signalCode ?? `exit code ${child.exitCode ?? 'none'}`;

/** Nothing of ours but the path: ETCD_* variables would configure etcd, proxies would catch local traffic. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  // etcd 3.4 refuses to start on arm64 without it; 3.5 ignores it.
  ...(process.arch === 'arm64' ? { ETCD_UNSUPPORTED_ARCH: 'arm64' } : {}),
});
