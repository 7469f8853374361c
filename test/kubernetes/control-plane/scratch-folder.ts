import { accessSync, constants, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'keelson-kubernetes-';

/** etcd alone reserves two 64 MB log segments; a container's default /dev/shm of 64 MB is too small. */
const WANTED_BYTES = 1024 ** 3;

export interface ScratchFolder {
  readonly path: string;
  remove(): void;
}

/**
 * A folder for a run's data, in memory where possible: etcd syncs its log at every write, and
 * `--unsafe-no-fsync` exists only from 3.5. Removes what runs that were killed have left behind.
 */
export function createScratchFolder(): ScratchFolder {
  const base = baseFolder();
  for (const name of readdirSync(base)) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner && !isAlive(Number(owner))) rmSync(join(base, name), { recursive: true, force: true });
  }
  const path = mkdtempSync(join(base, `${PREFIX}${process.pid}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

function baseFolder(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize >= WANTED_BYTES) return memory;
  } catch {
    // No such folder here (macOS), or not for us.
  }
  return tmpdir();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
