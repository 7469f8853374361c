import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardedCommand, startGuarded, type GuardedProcess } from './guarded-process';
import { until } from './until';

describe('a guarded process', () => {
  let folder: string;
  let started: GuardedProcess | undefined;
  const log = () => join(folder, 'log');
  const pidFile = () => join(folder, 'pid');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guarded-'));
  });
  afterEach(async () => {
    await started?.stop();
    started = undefined;
    rmSync(folder, { recursive: true });
  });

  /** A program that writes its pid and then lives for a minute, deaf to SIGTERM when told so. */
  const program = (deaf = false): [string, string[]] => [
    '/bin/sh',
    ['-c', `${deaf ? "trap '' TERM; " : ''}echo $$ > ${pidFile()}; exec sleep 60`],
  ];
  const pid = (): Promise<number> =>
    until('the program started', async () =>
      existsSync(pidFile()) ? Number(readFileSync(pidFile(), 'utf8')) || undefined : undefined,
    );
  const gone = (id: number): Promise<true> =>
    until(`process ${id} gone`, async () => !isAlive(id) || undefined, { deadline: 10_000 });

  it('ends with stop', async () => {
    started = startGuarded(...program(), log());
    const id = await pid();
    await started.stop();
    expect(isAlive(id)).toBe(false);
    expect(() => started?.assertRunning()).toThrow(/^sh ended/);
  });

  it('is killed when it does not listen', async () => {
    started = startGuarded(...program(true), log());
    const id = await pid();
    await started.stop();
    expect(isAlive(id)).toBe(false);
  });

  it('does not outlive an owner that is killed', async () => {
    const [file, args] = guardedCommand(...program());
    const owner = spawn(process.execPath, [
      '-e',
      `require('node:child_process').spawn(${JSON.stringify(file)}, ${JSON.stringify(args)},
        { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })`,
    ]);
    const id = await pid();
    owner.kill('SIGKILL');
    await gone(id);
  });

  it('tells on stderr of a crash that nobody noticed, from where it began', async () => {
    const crash = startGuarded('/bin/sh', ['-c', 'seq 100; echo "panic: no map"; seq 100; exit 2'], log());
    await until('the crash', async () => !crash.running || undefined);
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    await crash.stop();
    await crash.stop();
    const told = stderr.mock.calls.map(([text]) => text);
    stderr.mockRestore();
    expect(told).toEqual([expect.stringMatching(/^sh ended \(exit code 2\):\npanic: no map\n1\n2\n/)]);
  });

  it('tells the end of its log when it ended by itself', async () => {
    started = startGuarded('/bin/sh', ['-c', 'echo the port is taken >&2; exit 3'], log());
    const error = await until('the end noticed', async () => {
      try {
        started?.assertRunning();
        return undefined;
      } catch (noticed) {
        return noticed as Error;
      }
    });
    expect(error.message).toBe('sh ended (exit code 3):\nthe port is taken');
  });
});

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
