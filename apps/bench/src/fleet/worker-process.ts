import { createPool, createVault, openEventStore } from '@keelson/event-store';
import { openJobQueue, PostgresBus } from '@keelson/messaging';
import { startWorker, WORKER_JOBS } from '@keelson/worker';
import { pino } from 'pino';
import type { FromWorker, ToWorker } from './protocol';

const tell = (message: FromWorker): void => {
  process.send?.(message);
};

/** The worker as the server starts it, with a line to the benchmark. */
const main = async (database: string, key: string): Promise<void> => {
  const logger = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const pool = createPool(database);
  const store = await openEventStore({ pool });
  const jobs = await openJobQueue({ catalog: WORKER_JOBS, database, logger });
  const bus = new PostgresBus(store.log, logger);
  const vault = createVault(pool, Buffer.from(key, 'base64'));
  const worker = await startWorker({ store, vault, jobs, bus, logger });
  process.on('message', ({ ask }: ToWorker) => {
    if (ask === 'pass') {
      worker.lookAtAll();
      return tell({ tell: 'pass' });
    }
    const { standing } = worker;
    if (ask === 'standing') return tell({ tell: 'standing', standing });
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    tell({
      tell: 'state',
      state: {
        ...standing,
        cpuMs: (user + system) / 1_000,
        resident: rss,
        heap: heapUsed,
        peak: process.resourceUsage().maxRSS * 1_024,
      },
    });
  });
  process.once('disconnect', () => {
    void (async () => {
      await worker.stop();
      await bus.close();
      await jobs.close();
      await store.stop();
      await pool.end();
      process.exit();
    })();
  });
  // A Ctrl-C in the terminal reaches every process of the group; this one ends when nobody speaks to it any more.
  process.on('SIGINT', () => undefined);
  tell({ tell: 'started' });
};

void main(process.argv[2] ?? '', process.argv[3] ?? '');
