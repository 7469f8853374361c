import { createPool, createVault, openEventStore } from '@keelson/event-store';
import { openJobQueue, PostgresBus } from '@keelson/messaging';
import type { Logger } from 'pino';
// By path: a program that runs in a process of its own finds libraries by name, and nothing else.
import { startWorker, WORKER_JOBS } from '../../../../apps/worker/src';

export interface WorkerSetting {
  readonly url: string;
  readonly key: Buffer;
  readonly logger: Logger;
  readonly ownsAll?: boolean;
}

/** A worker with a store, a queue and connections of its own; answers how to stop it. */
export const openWorker = async ({ url, key, logger, ownsAll = false }: WorkerSetting) => {
  const pool = createPool(url);
  const store = await openEventStore({ pool });
  const jobs = await openJobQueue({ catalog: WORKER_JOBS, database: url });
  const bus = new PostgresBus(store.log, logger);
  const worker = await startWorker({
    store,
    vault: createVault(pool, key),
    jobs,
    bus,
    logger,
    allowPrivateCallbacks: true,
    ownsAll,
  });
  return async (): Promise<void> => {
    await worker.stop();
    await bus.close();
    await jobs.close();
    await store.stop();
    await pool.end();
  };
};
