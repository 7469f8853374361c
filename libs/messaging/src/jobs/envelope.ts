import type { JobsOptions } from 'bullmq';
import type { Job, JobData } from './job-queue';

/** What BullMQ stores for a job. */
export interface Envelope {
  readonly key: string;
  readonly data: JobData;
  /** When a timer is due, in milliseconds since 1970; absent from a job that is to run. */
  readonly due?: number;
}

export interface RetryPolicy {
  readonly attempts: number;
  readonly backoffMs: number;
}

export const defaultRetries: RetryPolicy = { attempts: 5, backoffMs: 200 };

/**
 * Nothing is kept of a finished job: a retained one blocks its key for as long as it is kept. Half of a
 * retry's pause is random.
 */
function common({ attempts, backoffMs }: RetryPolicy): JobsOptions {
  return {
    removeOnComplete: true,
    removeOnFail: true,
    attempts,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
  };
}

/**
 * BullMQ's deduplication, as add() promises it: `keepLastIfActive` keeps one job that came while its key
 * was running and adds it when that ends; `replace` takes the place of one that waits for its retry.
 * A custom jobId, the older way, drops what comes while the job runs.
 */
export function runOptions(job: Job, retries: RetryPolicy): JobsOptions {
  return {
    ...common(retries),
    deduplication: { id: job.key, replace: true, keepLastIfActive: true },
  };
}

/**
 * A delayed job is a timer: a job under a key of its own that adds the real one when it is due.
 *
 * With one key for both, the single place that BullMQ has for "came while running" would be shared: a
 * handler that asks to be called again in ten minutes would overwrite, and so delay by ten minutes, the
 * news that came while it ran.
 */
export function timerOptions(job: Job, delayMs: number): JobsOptions {
  return {
    ...common({ attempts: 10, backoffMs: 500 }),
    delay: delayMs,
    deduplication: { id: timerKey(job.key), replace: true, keepLastIfActive: true },
  };
}

export function timerKey(key: string): string {
  return `timer ${key}`;
}
