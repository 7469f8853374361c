import { UnrecoverableError } from 'bullmq';
import { quietly, reasonOf, type Logger } from '../logger';
import { pause } from '../waiting';
import type { BullBackend, BullJob, BullWorker } from './bull-backend';
import type { Job, JobHandler, ProcessOptions, Worker } from './job-queue';

/** What a handler that hears its signal may take to end; also what a dead server may hold up a stop. */
const graceMs = 2_000;

export interface WorkerDependencies {
  readonly backend: BullBackend;
  readonly queue: string;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly logger: Logger;
  /** Adds the job that a timer stands for. */
  readonly run: (job: Job) => Promise<void>;
}

export class BullJobWorker implements Worker {
  readonly #bull: BullWorker;
  readonly #outOfTime = new AbortController();
  readonly #report: (error: unknown) => void;
  #stopped: Promise<void> | undefined;

  constructor(
    private readonly deps: WorkerDependencies,
    options: ProcessOptions,
  ) {
    this.#bull = deps.backend.worker(deps.queue, (job) => this.#process(job), options);
    this.#report = quietly(deps.logger, { queue: deps.queue }, 'trouble with the job queue');
    this.#bull.on('error', this.#report);
    this.#bull.on('failed', (job, error) => this.#failed(job, error));
  }

  async ready(): Promise<void> {
    await this.#bull.waitUntilReady();
  }

  stop(deadlineMs = 10_000): Promise<void> {
    this.#stopped ??= this.#stop(deadlineMs);
    return this.#stopped;
  }

  async #stop(deadlineMs: number): Promise<void> {
    const done = new AbortController();
    const closed = this.#bull.close().finally(() => done.abort());
    await pause(deadlineMs, done.signal);
    if (!done.signal.aborted) {
      this.deps.logger.warn({ queue: this.deps.queue, deadlineMs }, 'handlers still run: leaving them');
      this.#outOfTime.abort(new Error('the worker is stopping'));
      await pause(graceMs, done.signal);
    }
    if (!done.signal.aborted) await this.#bull.disconnect();
    else await closed;
  }

  async #process(job: BullJob): Promise<void> {
    const { queue, handlers, run } = this.deps;
    const { key, data, due } = job.data;
    if (due !== undefined) return run({ name: job.name, key, data });

    const handler = handlers[job.name];
    if (!handler) throw new UnrecoverableError(`no handler for ${job.name}: added by another version?`);
    const { signal } = this.#outOfTime;
    const context = { queue, key, attempt: job.attemptsMade + 1, signal };
    // A handler that does not listen is left behind at the deadline: its job fails here and is taken up
    // by another worker after its pause, instead of blocking its key until the lock expires.
    await untilAborted(handler(data, context), signal);
  }

  #failed(job: BullJob | undefined, error: Error): void {
    if (!job) return this.#report(error);
    const { name, attemptsMade, opts } = job;
    const fields = { queue: this.deps.queue, name, key: job.data.key, attempt: attemptsMade };
    const last = attemptsMade >= (opts.attempts ?? 1) || error instanceof UnrecoverableError;
    const message = last ? 'job failed for the last time: dropped' : 'job failed, trying again';
    this.deps.logger.warn({ ...fields, error: reasonOf(error) }, message);
  }
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let stopListening = (): void => undefined;
  const abandoned = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    stopListening = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    await Promise.race([work, abandoned]);
  } finally {
    stopListening();
  }
}
