import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { freePort, installPackages, isRoot, run, serve, which } from './shell.mjs';

const what = 'PostgreSQL';
const debian = '/usr/lib/postgresql';

/** A server of the distribution's own PostgreSQL, with an empty cluster in the temporary folder. */
export async function startPostgres() {
  const bin = binaries() ?? (installPackages(what, 'DATABASE_URL', ['postgresql']), binaries());
  const account = isRoot ? postgresAccount() : {};
  const folder = mkdtempSync(join(tmpdir(), 'keelson-postgres-'));
  const data = join(folder, 'data');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    if (isRoot) chownSync(folder, account.uid, account.gid);
    const options = { ...account, cwd: folder };
    run(what, join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync'], options);
    const port = await freePort();
    const address = ['-h', '127.0.0.1', '-p', String(port)];
    const network = ['max_connections=200', 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    // Its data is thrown away; killed processes lose nothing by it, only a dead machine would.
    const settings = [...network, 'fsync=off'];
    const server = await serve(
      what,
      join(bin, 'postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      {
        ...options,
        // "Fast": SIGTERM would wait for whoever is still connected.
        signal: 'SIGINT',
        ready: () => spawnSync(join(bin, 'pg_isready'), address).status === 0,
      },
    );
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      stop: async () => {
        await server.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Debian keeps the server's programs out of PATH. */
function binaries() {
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const folders = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debian, version, 'bin'));
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  return found ?? which('initdb')?.replace(/\/initdb$/, '');
}

/** PostgreSQL refuses to run as root. */
function postgresAccount() {
  const id = (flag) => Number(run(what, 'id', [flag, 'postgres']));
  return { uid: id('-u'), gid: id('-g') };
}
