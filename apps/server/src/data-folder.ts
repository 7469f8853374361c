import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SettingsError } from './settings';

/** What an instance keeps beside its database: its lock, its key, the admin token. */
export class DataFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = resolve(path);
  }

  /** Makes the folder and takes its lock. @throws SettingsError when another live instance holds it */
  static open(path: string): DataFolder {
    const folder = new DataFolder(path);
    try {
      mkdirSync(folder.path, { recursive: true });
    } catch (error) {
      throw new SettingsError(`KEELSON_DATA: ${folder.path} cannot be made: ${(error as Error).message}`);
    }
    folder.lock();
    return folder;
  }

  /** The file's secret; made by `make` and written with mode 0600 when there is none. */
  secret(name: string, make: () => string): { value: string; isNew: boolean } {
    const file = join(this.path, name);
    if (existsSync(file)) return { value: readFileSync(file, 'utf8').trim(), isNew: false };
    const value = make();
    writeFileSync(file, `${value}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
    return { value, isNew: true };
  }

  close(): void {
    rmSync(this.lockFile, { force: true });
  }

  private get lockFile(): string {
    return join(this.path, 'instance.pid');
  }

  /** A lock that a killed instance left behind is taken over: its process is gone. */
  private lock(): void {
    for (const attempt of [1, 2]) {
      try {
        writeFileSync(this.lockFile, String(process.pid), { flag: 'wx' });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = Number(readFileSync(this.lockFile, 'utf8'));
      if (attempt === 2 || isAlive(holder)) {
        throw new SettingsError(
          `KEELSON_DATA: ${this.path} is in use by a running instance (process ${holder})`,
        );
      }
      rmSync(this.lockFile, { force: true });
    }
  }
}

export const newToken = (): string => randomBytes(32).toString('base64url');
export const newKey = (): string => randomBytes(32).toString('base64');

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // Process ids are used again after a reboot; where the system tells, only a node process can be the holder.
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('node');
};
