import { Queue, Worker } from 'bullmq';
import type { Envelope } from './envelope';
import { queueOptions, workerOptions, type BullBackend } from './bull-backend';

const prefix = 'keelson';

/** Not more than 10 s: a blocked read that is longer may not notice that its connection is gone. */
const drainDelay = 10;

/** Milliseconds after which a socket is destroyed that does not end; ioredis's 2 s hold up the process. */
const disconnectTimeout = 200;

const retryStrategy = (times: number): number => Math.min(times * 100, 1_000);

/** The server must run with `maxmemory-policy noeviction`: an evicted key is a lost or a blocked job. */
export function openRedisBackend(url: string): BullBackend {
  // A producer gives up after a second, so that nobody waits for a hint; a worker waits for as long as it takes.
  const producer = { url, retryStrategy, disconnectTimeout, maxRetriesPerRequest: 3 };
  const consumer = { url, retryStrategy, disconnectTimeout, maxRetriesPerRequest: null };
  return {
    description: 'BullMQ on Redis',
    queue: (name) => new Queue<Envelope>(name, { ...queueOptions, prefix, connection: producer }),
    worker: (name, processor, { concurrency }) =>
      new Worker<Envelope>(name, processor, {
        ...workerOptions,
        prefix,
        drainDelay,
        concurrency,
        connection: consumer,
      }),
    close: async () => undefined,
  };
}
