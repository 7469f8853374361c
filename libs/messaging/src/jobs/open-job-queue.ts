import { silent, type Logger } from '../logger';
import { BullJobQueue } from './bull-job-queue';
import { defaultRetries, type RetryPolicy } from './envelope';
import type { JobCatalog, JobQueue } from './job-queue';
import { openPostgresBackend } from './postgres-backend';
import { openRedisBackend } from './redis-backend';

export interface JobQueueOptions {
  /** Every queue with the names of its jobs. */
  readonly catalog: JobCatalog;
  /** PostgreSQL URL; the jobs are kept there, in a schema of their own, unless there is a Redis. */
  readonly database: string;
  /** Redis URL (REDIS_URL); the server must run with `noeviction`. */
  readonly redis?: string;
  /** Tries of a job that keeps failing, and the milliseconds before the second; 5 and 200 when left out. */
  readonly retries?: Partial<RetryPolicy>;
  readonly logger?: Logger;
}

/** Rejects when PostgreSQL cannot be reached; a Redis that is away is waited for by its workers. */
export async function openJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const { catalog, database, redis, retries, logger = silent } = options;
  const backend = redis ? openRedisBackend(redis) : await openPostgresBackend({ url: database });
  return new BullJobQueue(backend, catalog, { ...defaultRetries, ...retries }, logger);
}
