import { lstat, chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A throw-away data folder. Others may pass through it: started as root, the embedded PostgreSQL runs under another
 * account. What is secret in it has modes of its own.
 */
export const makeScratchFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-'));
  await chmod(folder, 0o755);
  return folder;
};

/** Where the temporary folder is closed to that account, the database was put elsewhere behind a link. */
export const removeScratchFolder = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    if ((await lstat(path)).isSymbolicLink()) await rm(await realpath(path), { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
};
