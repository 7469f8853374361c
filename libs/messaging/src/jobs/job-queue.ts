/** Plain JSON that says what to look at. Truth is in the database; a job only says that it changed. */
export type JobData = Readonly<Record<string, unknown>>;

/** The names of the jobs of every queue: what may be added, and what a worker must be able to do. */
export type JobCatalog = Readonly<Record<string, readonly string[]>>;

export interface Job {
  readonly name: string;
  /**
   * What the job is about. At most one job of a key runs at a time in its queue, at most one more waits,
   * and at most one is delayed. `name` and `data` must follow from the key: which of two coalesced
   * jobs' data is used is not defined.
   */
  readonly key: string;
  readonly data: JobData;
  /** Milliseconds from now; 0 when left out. */
  readonly delayMs?: number;
}

export interface JobContext {
  readonly queue: string;
  readonly key: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Fires when the worker has no more time to wait for the handler. */
  readonly signal: AbortSignal;
}

export type JobHandler = (data: JobData, context: JobContext) => Promise<void>;

export interface ProcessOptions {
  /** How many handlers run at a time. */
  readonly concurrency: number;
}

export interface Worker {
  /**
   * Takes no more jobs, waits for the running handlers for at most `deadlineMs` (10,000 when left out),
   * then fires their signals and leaves them; another worker takes up what was left.
   */
  stop(deadlineMs?: number): Promise<void>;
}

export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

/**
 * Wakes a worker for something. Jobs are hints: they may run twice, and every one of them may be lost with
 * the server that holds them, so whoever adds them also has a sweep that finds what they stood for.
 */
export interface JobQueue {
  /** For the line that says what the process uses. */
  readonly description: string;
  /**
   * Promises one run that starts after this call.
   *
   * - Coalesced with a job of the key that still waits.
   * - While one of the key runs, one more run follows it, whether it succeeds or fails.
   * - Runs at once when the key's job waits for its retry.
   * - With a delay: the earlier of two delayed jobs of a key is kept. A delayed job is not taken away by
   *   one that runs at once, because nothing says that the later look is no longer wanted.
   *
   * Rejects when the queue's server cannot be reached.
   */
  add(queue: string, job: Job): Promise<void>;
  /** Throws when a name of the queue has no handler, or a handler no name. */
  process(
    queue: string,
    handlers: Readonly<Record<string, JobHandler>>,
    options: ProcessOptions,
  ): Promise<Worker>;
  counts(queue: string): Promise<JobCounts>;
  /** Stops the workers, then lets go of every connection. */
  close(): Promise<void>;
}

/** A job, a queue or a handler that the catalog does not know: a mistake in the program. */
export class JobCatalogError extends Error {
  override readonly name = 'JobCatalogError';
  readonly retryable = false;
}
