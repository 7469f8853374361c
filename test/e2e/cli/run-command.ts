import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCli, type Io } from '@keelson/cli';

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Setting {
  readonly env?: Io['env'];
  readonly folder?: string;
  readonly stdin?: string;
  readonly tty?: boolean;
  readonly signal?: AbortSignal;
  /** Sees the output as it comes. */
  readonly onOut?: (chunk: string) => void;
}

/** A home and a working folder of their own, so that no login of the machine is found. */
export const emptyFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'keelson-cli-'));

/** One command line in this process: its exit code and everything that it printed. */
export const keelson = async (args: readonly string[], setting: Setting = {}): Promise<Result> => {
  const folder = setting.folder ?? '/nonexistent';
  const stdout = Object.assign(new PassThrough(), { isTTY: setting.tty ?? false, rows: 24 });
  const stderr = new PassThrough();
  if (setting.onOut) stdout.on('data', (chunk: Buffer) => setting.onOut?.(chunk.toString()));
  const printed = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli(args, {
    env: { NO_COLOR: '1', ...setting.env },
    cwd: folder,
    home: folder,
    stdin: Readable.from([setting.stdin ?? '']),
    stdout,
    stderr,
    ...(setting.signal ? { signal: setting.signal } : {}),
  });
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { code, out, err };
};
