import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  chownSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from '../errors';
import type { Binaries } from './binaries';
import type { Account } from './server-account';

/** Name of the superuser and of the database. */
export const superuser = 'keelson';

const run = promisify(execFile);
const passwordFile = (dataDir: string): string => join(dataDir, 'keelson.password');

export const readPassword = (dataDir: string): string => readFileSync(passwordFile(dataDir), 'utf8').trim();

/**
 * Runs initdb once. A start that was killed in the middle leaves a folder without the password file, which is
 * written last: such a half is cleared and made again. A folder with anything else in it is refused.
 */
export const initialise = async (binaries: Binaries, dataDir: string, account?: Account): Promise<void> => {
  if (existsSync(passwordFile(dataDir))) return;
  const inside = readdirSync(dataDir);
  const half = inside.includes('.initialising');
  if (inside.length > 0 && !half)
    throw new EmbeddedPostgresError(
      `${dataDir} holds files that are not a database of Keelson's: choose another folder`,
    );
  for (const name of inside) rmSync(join(dataDir, name), { recursive: true, force: true });

  const own = (path: string): void => {
    if (account) chownSync(path, account.uid, account.gid);
  };
  // initdb insists on an empty folder, so it fills a subfolder that then moves up.
  mkdirSync(join(dataDir, '.initialising'), { mode: 0o700 });
  own(join(dataDir, '.initialising'));
  const password = randomBytes(32).toString('hex');
  const secret = join(dataDir, '.initialising', 'password');
  writeFileSync(secret, password, { mode: 0o600 });
  own(secret);
  const cluster = join(dataDir, '.initialising', 'cluster');
  try {
    await run(
      binaries.initdb,
      [
        ...['-D', cluster, '-U', superuser, `--pwfile=${secret}`, '--auth=scram-sha-256', '--encoding=UTF8'],
        // Stretching a password protects a weak one; this one is 256 random bits.
        ...[
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--locale=C',
          '--set=scram_iterations=1',
        ],
      ],
      { ...account, cwd: dataDir },
    );
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new EmbeddedPostgresError(`initdb failed: ${stderr?.trim() || String(cause)}`, { cause });
  }
  for (const name of readdirSync(cluster)) renameSync(join(cluster, name), join(dataDir, name));
  renameSync(secret, passwordFile(dataDir));
  rmSync(join(dataDir, '.initialising'), { recursive: true });
};
