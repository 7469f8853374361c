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
export const openDatabase = async (settings: Settings, logger: Logger): Promise<Database> => {
  const embedded =
    settings.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: join(settings.dataDir, 'postgres') })
      : undefined;
  const url = embedded?.url ?? (settings.databaseUrl as string);
  if (embedded?.adopted) logger.info('took over the database server that an earlier process had left');
  try {
    const { applied } = await migrate(url, MIGRATIONS);
    if (applied.length > 0) logger.debug({ applied }, 'migrated');
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
  const pool = createPool(url, { onError: (err) => logger.warn({ err }, 'a database connection was lost') });
  return {
    pool,
    url,
    description: embedded ? 'embedded PostgreSQL' : `PostgreSQL at ${new URL(url).host}`,
    onGone: (listener) => embedded?.onExit(listener),
    stop: async () => {
      await pool.end();
      await embedded?.stop();
    },
  };
};
