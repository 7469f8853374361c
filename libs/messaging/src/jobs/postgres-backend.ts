import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import { Pool } from 'pg';
import type { Envelope } from './envelope';
import { patientPool } from './patient-pool';
import { queueOptions, workerOptions, type BullBackend } from './bull-backend';

const schema = 'bullmq';
const { Queue, Worker } = withBackend(createPostgresBackend);

/**
 * Seconds that an idle worker waits between looks of its own. It is woken by NOTIFY and by the next delayed
 * job's time, and a dropped LISTEN is noticed by keep-alive and set up again, so this is only for what all
 * of these miss. BullMQ's 5 s cost six times the queries.
 */
const drainDelay = 30;

export interface PostgresBackendOptions {
  /** PostgreSQL URL; the jobs live in a schema of their own there, `bullmq`. */
  readonly url: string;
  /** Connections in the one pool of all queues, besides the one in LISTEN that every worker holds. */
  readonly maxConnections?: number;
}

/** Makes or migrates the schema. Rejects when the server cannot be reached or is older than BullMQ needs. */
export async function openPostgresBackend(options: PostgresBackendOptions): Promise<BullBackend> {
  const { url: connectionString, maxConnections = 8 } = options;
  const pool = new Pool({
    connectionString,
    options: `-c search_path=${schema}`,
    max: maxConnections,
    keepAlive: true,
    application_name: 'keelson-jobs',
  });
  // Every queue and worker adds its own listener for errors of the pool.
  pool.setMaxListeners(0);
  pool.on('error', () => undefined);
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const connection = patientPool(pool);
  return {
    description: 'BullMQ on PostgreSQL',
    queue: (name) => new Queue<Envelope>(name, { ...queueOptions, connection }),
    worker: (name, processor, { concurrency }) => {
      // A worker's LISTEN takes a connection out of the pool for good.
      pool.options.max += 1;
      return new Worker<Envelope>(name, processor, {
        ...workerOptions,
        drainDelay,
        concurrency,
        connection,
      });
    },
    close: () => pool.end(),
  };
}

async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, schema);
  } finally {
    client.release();
  }
}
