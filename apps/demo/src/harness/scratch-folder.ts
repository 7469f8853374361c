import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A throw-away folder. Others may pass through it: started as root, the embedded PostgreSQL runs under another
 * account. What is secret in it has modes of its own.
 */
export const makeScratchFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-'));
  await chmod(folder, 0o755);
  return folder;
};

/**
 * Where the temporary folder itself is closed to that account, the database was put elsewhere, behind a link. Only
 * a database is followed there: a link to anything else, such as a library, is not ours to remove.
 */
export const removeScratchFolder = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink() || !existsSync(join(path, 'PG_VERSION'))) continue;
    await rm(await realpath(path), { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
};
