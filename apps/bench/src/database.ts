import { join } from 'node:path';
import { makeScratchFolder, removeScratchFolder } from '@keelson/demo';
import {
  createPool,
  migrate,
  openEventStore,
  startEmbeddedPostgres,
  type EventStore,
} from '@keelson/event-store';

const MIGRATIONS = join(__dirname, '..', '..', '..', 'migrations');

export interface BenchDatabase {
  readonly url: string;
  readonly store: EventStore;
}

/** An empty event store on an embedded PostgreSQL of its own, for as long as the task takes. */
export const useDatabase = async <T>(task: (database: BenchDatabase) => Promise<T>): Promise<T> => {
  const folder = await makeScratchFolder();
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
    const pool = createPool(postgres.url);
    try {
      await migrate(pool, MIGRATIONS);
      const store = await openEventStore({ pool });
      try {
        return await task({ url: postgres.url, store });
      } finally {
        await store.stop();
      }
    } finally {
      await pool.end();
      await postgres.stop();
    }
  } finally {
    await removeScratchFolder(folder);
  }
};
