import { reasonOf, type Logger } from '../logger';
import { backoff, pause } from '../waiting';
import type { BullBackend, BullQueue } from './bull-backend';
import { checkHandlers, checkName } from './catalog';
import { runOptions, timerKey, timerOptions, type Envelope, type RetryPolicy } from './envelope';
import type { Job, JobCatalog, JobCounts, JobHandler, JobQueue, ProcessOptions, Worker } from './job-queue';
import { BullJobWorker } from './worker';

/** A connection that was cut under a call is replaced by the next one; more than that is an outage. */
const addTries = 3;
const addRetry = { base: 50, max: 500 };

/** The job port on BullMQ. */
export class BullJobQueue implements JobQueue {
  readonly #queues = new Map<string, BullQueue>();
  readonly #workers = new Set<BullJobWorker>();
  readonly #closing = new AbortController();

  constructor(
    private readonly backend: BullBackend,
    private readonly catalog: JobCatalog,
    private readonly retries: RetryPolicy,
    private readonly logger: Logger,
  ) {}

  get description(): string {
    return this.backend.description;
  }

  async add(queue: string, job: Job): Promise<void> {
    checkName(this.catalog, queue, job.name);
    // Tries may repeat one that got through; they are coalesced.
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#addOnce(queue, job);
      } catch (error) {
        await this.#forget(queue);
        if (attempt + 1 === addTries || this.#closing.signal.aborted) throw error;
        await pause(backoff(attempt, addRetry), this.#closing.signal);
      }
    }
  }

  async process(
    queue: string,
    handlers: Readonly<Record<string, JobHandler>>,
    options: ProcessOptions,
  ): Promise<Worker> {
    checkHandlers(this.catalog, queue, handlers);
    const worker = new BullJobWorker(
      {
        ...{ backend: this.backend, logger: this.logger, queue, handlers },
        run: (job) => this.add(queue, job),
      },
      options,
    );
    try {
      await worker.ready();
    } catch (error) {
      await worker.stop(0);
      throw error;
    }
    this.#workers.add(worker);
    return worker;
  }

  async counts(queue: string): Promise<JobCounts> {
    checkName(this.catalog, queue);
    const {
      wait = 0,
      active = 0,
      delayed = 0,
    } = await this.#queue(queue).getJobCounts('wait', 'active', 'delayed');
    return { waiting: wait, active, delayed };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    this.#workers.clear();
    await Promise.all([...this.#queues.keys()].map((queue) => this.#forget(queue)));
    await this.backend.close();
  }

  async #addOnce(queue: string, job: Job): Promise<void> {
    const bull = this.#queue(queue);
    const { name, key, data, delayMs = 0 } = job;
    if (delayMs <= 0) {
      await bull.add(name, { key, data }, runOptions(job, this.retries));
      return;
    }
    const due = Date.now() + delayMs;
    if (await hasEarlierTimer(bull, key, due)) return;
    await bull.add(name, { key, data, due }, timerOptions(job, delayMs));
  }

  #queue(name: string): BullQueue {
    if (this.#closing.signal.aborted) throw new Error(`job queue is closed: ${name}`);
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = this.backend.queue(name);
      queue.on('error', (error) =>
        this.logger.warn({ queue: name, error: reasonOf(error) }, 'trouble with the job queue'),
      );
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** A queue that could not connect at first remembers that for good, so it is made anew. */
  async #forget(name: string): Promise<void> {
    const queue = this.#queues.get(name);
    this.#queues.delete(name);
    await queue?.close().catch(() => undefined);
  }
}

/**
 * Whether a timer of the key will fire by then. One that is firing does not count: its run may have begun
 * before this call, and is often the very one that asks to be called again.
 *
 * Two processes that delay the same key in the same millisecond may keep the later timer; they would need
 * a lock to be kept from it, and the sweep makes up for it.
 */
async function hasEarlierTimer(bull: BullQueue, key: string, due: number): Promise<boolean> {
  const id = await bull.getDeduplicationJobId(timerKey(key));
  const timer: { data: Envelope; getState(): Promise<string> } | undefined = id
    ? await bull.getJob(id)
    : undefined;
  if (timer?.data.due === undefined || timer.data.due > due) return false;
  if (timer.data.due > Date.now()) return true;
  return ['delayed', 'waiting', 'prioritized'].includes(await timer.getState());
}
