import { quietly, type Logger } from '../logger';
import { pause } from '../waiting';
import type { BullBackend, BullQueue } from './bull-backend';
import { checkHandlers, checkName } from './catalog';
import { runOptions, timerKey, timerOptions, type RetryPolicy } from './envelope';
import type { Job, JobCatalog, JobCounts, JobHandler, JobQueue, ProcessOptions, Worker } from './job-queue';
import { BullJobWorker } from './worker';

/** Whoever has a hint to give does not wait for it longer than this. */
const patienceMs = 5_000;

interface OpenQueue {
  readonly bull: BullQueue;
  readonly ready: Promise<unknown>;
}

/** The job port on BullMQ. */
export class BullJobQueue implements JobQueue {
  readonly #queues = new Map<string, OpenQueue>();
  readonly #workers = new Set<BullJobWorker>();
  readonly #report: (error: unknown) => void;
  #closed = false;

  constructor(
    private readonly backend: BullBackend,
    private readonly catalog: JobCatalog,
    private readonly retries: RetryPolicy,
    private readonly logger: Logger,
  ) {
    this.#report = quietly(logger, {}, 'trouble with the job queue');
  }

  get description(): string {
    return this.backend.description;
  }

  async add(queue: string, job: Job): Promise<void> {
    checkName(this.catalog, queue, job.name);
    await answered(this.#add(queue, job));
  }

  async process(
    queue: string,
    handlers: Readonly<Record<string, JobHandler>>,
    options: ProcessOptions,
  ): Promise<Worker> {
    checkHandlers(this.catalog, queue, handlers);
    const { backend, logger } = this;
    const run = (job: Job): Promise<void> => this.add(queue, job);
    const worker = new BullJobWorker({ backend, logger, queue, handlers, run }, options);
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
    const counting = this.#queue(queue).then((bull) => bull.getJobCounts('wait', 'active', 'delayed'));
    const { wait = 0, active = 0, delayed = 0 } = await answered(counting);
    return { waiting: wait, active, delayed };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    this.#closed = true;
    await Promise.all([...this.#queues.values()].map(closeQuietly));
    this.#queues.clear();
    await this.backend.close();
  }

  async #add(queue: string, job: Job): Promise<void> {
    const bull = await this.#queue(queue);
    const { name, key, data, delayMs = 0 } = job;
    if (delayMs <= 0) {
      await bull.add(name, { key, data }, runOptions(job, this.retries));
      return;
    }
    const due = Date.now() + delayMs;
    if (await hasEarlierTimer(bull, key, due)) return;
    await bull.add(name, { key, data, due }, timerOptions(job, delayMs));
  }

  async #queue(name: string): Promise<BullQueue> {
    if (this.#closed) throw new Error(`job queue is closed: ${name}`);
    const open = this.#queues.get(name) ?? this.#open(name);
    try {
      await open.ready;
      return open.bull;
    } catch (error) {
      // It would remember this failure for good: the next caller gets a new one.
      if (this.#queues.get(name) === open) this.#queues.delete(name);
      await closeQuietly(open);
      throw error;
    }
  }

  #open(name: string): OpenQueue {
    const bull = this.backend.queue(name);
    bull.on('error', this.#report);
    const open = { bull, ready: bull.waitUntilReady() };
    this.#queues.set(name, open);
    return open;
  }
}

async function closeQuietly({ bull }: OpenQueue): Promise<void> {
  await answered(bull.close()).catch(() => undefined);
}

/** Rejects after patienceMs: BullMQ has calls that do not settle while their server is away. */
async function answered<Result>(call: Promise<Result>): Promise<Result> {
  const done = new AbortController();
  const late = pause(patienceMs, done.signal).then((): never => {
    throw new Error(`the job queue gave no answer within ${patienceMs} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([call, late]);
  } finally {
    done.abort();
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
  const timer = id ? await bull.getJob(id) : undefined;
  if (timer?.data.due === undefined || timer.data.due > due) return false;
  if (timer.data.due > Date.now()) return true;
  return ['delayed', 'waiting', 'prioritized'].includes(await timer.getState());
}
