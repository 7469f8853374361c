import type { Job, JobsOptions, WorkerOptions } from 'bullmq';
import type { Envelope } from './envelope';

export type BullJob = Pick<
  Job<Envelope>,
  'id' | 'name' | 'data' | 'attemptsMade' | 'attemptsStarted' | 'opts' | 'getState'
>;
export type BullProcessor = (job: BullJob) => Promise<void>;
export type BullWorkerOptions = Pick<WorkerOptions, 'concurrency'>;

/** What is used of BullMQ's Queue, whichever server is behind it. */
export interface BullQueue {
  add(name: string, data: Envelope, options: JobsOptions): Promise<unknown>;
  getDeduplicationJobId(id: string): Promise<string | null | undefined>;
  getJob(id: string): Promise<BullJob | undefined>;
  getJobCounts(...states: ('wait' | 'active' | 'delayed')[]): Promise<Record<string, number>>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is used of BullMQ's Worker, whichever server is behind it. */
export interface BullWorker {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  disconnect(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: BullJob | undefined, error: Error) => void): unknown;
}

/** One server that can hold queues. */
export interface BullBackend {
  readonly description: string;
  queue(name: string): BullQueue;
  worker(name: string, processor: BullProcessor, options: BullWorkerOptions): BullWorker;
  close(): Promise<void>;
}

/** Events are published for BullMQ's listeners, of which there are none here. */
export const queueOptions = { streams: { events: { maxLen: 100 } } };

/**
 * A job whose worker died is given to another after 15 s of lock and at most two checks: a key is blocked
 * for that long, which with BullMQ's own figures is more than a minute. The price is one query in 10 s for
 * each queue, and one in 7.5 s for each worker that is busy.
 */
export const workerOptions = {
  lockDuration: 15_000,
  stalledInterval: 10_000,
  maxStalledCount: 3,
  runRetryDelay: 1_000,
};
