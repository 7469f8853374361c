import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A backend that cannot be had; the message is all that the user gets to see. */
export class Unavailable extends Error {}

export const isRoot = process.getuid?.() === 0;

/** Runs a command to its end; throws Unavailable with the end of what it printed. */
export function run(what, command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error) throw new Unavailable(`${what}: ${error.message}`);
  if (status !== 0) {
    const said = `${stderr ?? ''}${stdout ?? ''}`.trim().split('\n').at(-1);
    throw new Unavailable(`${what}: ${command} ended with ${status}: ${said}`);
  }
  return stdout.trim();
}

/** The path of a program, or undefined. */
export function which(program) {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Installs Debian packages, which only root can. */
export function installPackages(what, variable, packages) {
  const how = `set ${variable}, or install ${packages.join(' ')}`;
  if (!isRoot) throw new Unavailable(`${what}: not found; ${how}`);
  if (!which('apt-get')) throw new Unavailable(`${what}: not found, and no apt-get here; ${how}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (spawnSync('apt-get', install, { env, stdio: 'ignore' }).status === 0) return;
  run(what, 'apt-get', ['update'], { env });
  run(what, 'apt-get', install, { env });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Starts a server and waits until `ready(output so far)` answers with something; throws Unavailable when it
 * ends before, or after `deadlineMs`. `stop()` resolves when the process is gone.
 */
export async function serve(what, command, args, { ready, signal, deadlineMs = 20_000, ...options }) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  let output = '';
  let failure;
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve((failure = error.message)));
    child.on('close', (code) =>
      resolve((failure ??= `ended with ${code}: ${output.trim().split('\n').at(-1)}`)),
    );
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const stop = async () => {
    child.stdin.end();
    if (signal) child.kill(signal);
    await ended;
  };
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = failure === undefined && (await ready(output));
    if (answer) return { answer, stop };
    if (failure === undefined && Date.now() > end) await stop();
    if (failure !== undefined) throw new Unavailable(`${what}: ${failure}`);
    await delay(25);
  }
}
