import { join } from 'node:path';
import { createPool, migrate, startEmbeddedPostgres } from '@keelson/event-store';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Settings } from './settings';

export interface Database {
  readonly pool: Pool;
  readonly url: string;
  /** For the line that says what is in use. */
  readonly description: string;
  /** Of the embedded server, when it ends by itself. */
  onGone(listener: (reason: string) => void): void;
  stop(): Promise<void>;
}

const MIGRATIONS = join(__dirname, '..', '..', '..', 'migrations');

/** DATABASE_URL's database, else an embedded one in the data folder; with every migration applied. */
export const openDatabase = async ({ databaseUrl, dataDir }: Settings, logger: Logger): Promise<Database> => {
  const server = databaseUrl === undefined ? await embedded(dataDir, logger) : external(databaseUrl);
  try {
    const { applied } = await migrate(server.url, MIGRATIONS);
    if (applied.length > 0) logger.debug({ applied }, 'migrated');
  } catch (error) {
    await server.stop();
    throw error;
  }
  const pool = createPool(server.url, {
    onError: (err) => logger.warn({ err }, 'a database connection was lost'),
  });
  return {
    ...server,
    pool,
    stop: async () => {
      await pool.end();
      await server.stop();
    },
  };
};

type DatabaseServer = Omit<Database, 'pool'>;

const external = (url: string): DatabaseServer => ({
  url,
  description: `PostgreSQL at ${new URL(url).host}`,
  onGone: () => undefined,
  stop: () => Promise.resolve(),
});

const embedded = async (dataDir: string, logger: Logger): Promise<DatabaseServer> => {
  const server = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres') });
  if (server.adopted) logger.info('took over the database server that an earlier process had left');
  return {
    url: server.url,
    description: 'embedded PostgreSQL',
    onGone: (listener) => server.onExit(listener),
    stop: () => server.stop(),
  };
};
