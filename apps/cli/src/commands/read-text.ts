import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { UsageError } from '../errors';
import type { Io } from '../io';

/** A file that the user named, or standard input for `-`. */
export const readText = async (io: Io, name: string): Promise<string> => {
  if (name === '-') return text(io.stdin);
  try {
    return await readFile(resolve(io.cwd, name), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      `cannot read ${name}: ${code === 'ENOENT' ? 'no such file' : (cause as Error).message}`,
      {
        cause,
      },
    );
  }
};
