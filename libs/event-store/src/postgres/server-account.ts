import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from '../errors';

/** PostgreSQL refuses to run as root; every Unix has `nobody` under this number. */
const nobody = 65534;

/** The account that the server runs under; undefined: our own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Root hands the server to whoever already owns the data, else to `nobody`.
 * (Someone who starts Keelson as themselves first and as root later keeps their data.)
 */
export const serverAccount = (dataDir: string): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const made = join(dataDir, 'PG_VERSION');
  if (existsSync(made)) {
    const { uid, gid } = statSync(made);
    if (uid !== 0) return { uid, gid };
  }
  return { uid: nobody, gid: nobody };
};

/** The first folder on the way to `path` that the account may not pass, or undefined. */
export const barrier = (path: string, account: Account): string | undefined => {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
};

/** A folder that every account can reach, for what must move away from a closed one such as /root. */
export const publicFolder = (): string => {
  for (const folder of ['/var/lib/keelson', join(tmpdir(), 'keelson')]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      if (barrier(folder, { uid: nobody, gid: nobody }) === undefined) return folder;
    } catch {
      // Not writable here: the next place may be.
    }
  }
  throw new EmbeddedPostgresError(
    'the embedded PostgreSQL cannot run as root, and neither /var/lib/keelson nor the temporary folder can be ' +
      'reached by another account: start as an ordinary user, or set DATABASE_URL',
  );
};

/**
 * Makes the data folder, 0700 and owned by the server's account, and answers its real path.
 * Where that account cannot pass (a clone under /root, or under a private `mktemp -d`), the data lives in a
 * public place and `dataDir` becomes a link to it: opening up somebody's home folder is not ours to do.
 */
export const prepareDataDir = (dataDir: string, account: Account | undefined): string => {
  const link = lstatSync(dataDir, { throwIfNoEntry: false })?.isSymbolicLink();
  if (link && !existsSync(dataDir))
    throw new EmbeddedPostgresError(
      `${dataDir} is a link to a folder that is gone; remove the link to start afresh`,
    );
  if (!account) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return realpathSync(dataDir);
  }
  mkdirSync(dirname(dataDir), { recursive: true });
  let real: string;
  if (existsSync(dataDir)) real = realpathSync(dataDir);
  else if (barrier(realpathSync(dirname(dataDir)), account) === undefined) {
    mkdirSync(dataDir, { mode: 0o700 });
    real = realpathSync(dataDir);
  } else {
    real = mkdtempSync(join(publicFolder(), 'data-'));
    symlinkSync(real, dataDir);
  }
  const closed = barrier(dirname(real), account);
  if (closed !== undefined)
    throw new EmbeddedPostgresError(
      `${real} cannot be reached by account ${account.uid}, under which PostgreSQL runs when Keelson is started as ` +
        `root: ${closed} is closed to it. Choose another folder (KEELSON_DATA), start as its owner, or set DATABASE_URL`,
    );
  chownSync(real, account.uid, account.gid);
  chmodSync(real, 0o700);
  return real;
};
