import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** What scripts/backends/start.mjs provides. */
export function server(variable: 'DATABASE_URL' | 'REDIS_URL' | 'KAFKA_BROKERS'): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run npm run test:backends`);
  return value;
}

export interface Database {
  readonly url: string;
  /** Runs one statement as an outsider, from the server's own database. */
  query<Row extends object>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Cuts every connection to the database, as a restart of the server does; returns how many. */
  cutConnections(): Promise<number>;
  drop(): Promise<void>;
}

/** A database of the test's own on the server. */
export async function createDatabase(): Promise<Database> {
  const admin = new Client({ connectionString: server('DATABASE_URL') });
  await admin.connect();
  const name = `keelson_test_${randomBytes(6).toString('hex')}`;
  await admin.query(`create database ${name}`);
  const url = new URL(server('DATABASE_URL'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: async (sql, parameters) => (await admin.query(sql, parameters)).rows,
    cutConnections: async () => {
      const cut = await admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        [name],
      );
      return cut.rowCount ?? 0;
    },
    drop: async () => {
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
