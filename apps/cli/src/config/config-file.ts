import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors';
import type { Io } from '../io';

/** What `keelson login` remembers. */
export interface Login {
  readonly url: string;
  readonly token: string;
}

export const configPath = ({ env, home }: Pick<Io, 'env' | 'home'>): string =>
  join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'keelson', 'config.json');

export const readLogin = async (path: string): Promise<Login | undefined> => {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    const { url, token } = JSON.parse(text) as Partial<Login>;
    if (typeof url === 'string' && typeof token === 'string') return { url, token };
  } catch {
    // Falls through to the same advice as a file of another shape.
  }
  throw new UsageError(`${path} is damaged; "keelson login" writes it anew`);
};

/** Renamed into place, so that the token is never in a file that others may read, not even for a moment. */
export const writeLogin = async (path: string, login: Login): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
};

export const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
};
