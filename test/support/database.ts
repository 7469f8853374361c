import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type Pool } from 'pg';
// By path, not by name: Jest's global set-up runs without its module mapping.
import { startEmbeddedPostgres } from '../../libs/event-store/src/postgres/embedded';
import { migrate } from '../../libs/event-store/src/postgres/migrate';
import { createPool } from '../../libs/event-store/src/postgres/pool';

/** A server with a migrated template database on it. */
export interface TestServer {
  /** Of the template's server, any database. */
  readonly url: string;
  readonly template: string;
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

const migrations = join(__dirname, '..', '..', 'migrations');

const unique = (prefix: string): string => `${prefix}_${process.pid}_${randomBytes(4).toString('hex')}`;

const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
};

const asAdmin = async (url: string, sql: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

/**
 * DATABASE_URL's server when it is set and the caller shares, else an embedded one in the temporary folder; stop()
 * leaves nothing of it.
 */
export const startTestServer = async ({ shared = true } = {}): Promise<TestServer> => {
  const template = unique('keelson_template');
  const given = shared ? process.env.DATABASE_URL : undefined;
  const folder = given ? undefined : mkdtempSync(join(tmpdir(), 'keelson-test-'));
  // Open to pass through, for the account that the server runs under when we are root; the data itself is not.
  if (folder) chmodSync(folder, 0o755);
  const embedded = folder ? await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') }) : undefined;
  const url = given ?? embedded?.url ?? '';
  await asAdmin(url, `create database ${template}`);
  await migrate(withDatabase(url, template), migrations);
  return {
    url,
    template,
    async stop() {
      if (!embedded) return asAdmin(url, `drop database if exists ${template} with (force)`);
      await embedded.stop();
      rmSync(embedded.dataDir, { recursive: true, force: true });
      rmSync(folder as string, { recursive: true, force: true });
    },
  };
};

/** The server that Jest's global set-up started, from any of its workers. */
export const serverInUse = (): Pick<TestServer, 'url' | 'template'> => {
  const { KEELSON_TEST_DATABASE_URL: url, KEELSON_TEST_TEMPLATE: template } = process.env;
  if (!url || !template)
    throw new Error('this Jest project starts no database: see globalSetup in jest.config.cjs');
  return { url, template };
};

/** A database of the caller's own, with every migration applied. */
export const testDatabase = async (
  { url, template }: Pick<TestServer, 'url' | 'template'> = serverInUse(),
  options: Parameters<typeof createPool>[1] = {},
): Promise<TestDatabase> => {
  const name = unique('keelson_test');
  await asAdmin(url, `create database ${name} template ${template}`);
  const own = withDatabase(url, name);
  const pool = createPool(own, options);
  return {
    name,
    url: own,
    pool,
    async drop() {
      await pool.end();
      await asAdmin(url, `drop database if exists ${name} with (force)`);
    },
  };
};
