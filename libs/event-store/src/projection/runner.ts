import type { Pool, PoolClient } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { ProjectionVersionError } from '../errors';
import type { LogReader } from '../read/log-reader';
import type { RecordedEvent } from '../types';
import { moveCheckpoint, readCheckpoint } from './checkpoints';
import type { EventFeed, Projection, ProjectionOptions } from './options';
import { prepare } from './prepare';
import type { ProjectionSignals } from './projection-signals';
import { inSchema, LockedError, readingSchema } from './transaction';

const retryMs = 1_000;
/** How long another runner's batch is waited for at a time: one that was stopped in the middle has it for much longer. */
const turnMs = 1_000;

/**
 * Keeps a read model up to date. Several processes may run the same one: each batch is won by one of them,
 * by compare-and-set on the checkpoint, and the others go on from where it got to.
 */
export class ProjectionRunner implements Projection {
  readonly ready: Promise<void>;
  private readonly aborter = new AbortController();
  private subscription: ReturnType<EventFeed['subscribe']> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly log: LogReader,
    private readonly signals: ProjectionSignals,
    private readonly options: ProjectionOptions,
    private readonly onStopped: () => void = () => undefined,
  ) {
    if (!/^[a-z_][a-z0-9_]*$/.test(options.schema))
      throw new RangeError(`${options.schema}: not a plain schema name`);
    this.ready = this.start();
    // Also told through onError; whoever does not await it must not be killed by it.
    this.ready.catch(() => undefined);
  }

  get name(): string {
    return this.options.name;
  }

  get position(): number {
    return this.signals.position(this.name);
  }

  waitFor(position: number, timeoutMs: number): Promise<void> {
    return this.signals.waitFor(this.name, position, timeoutMs);
  }

  async stop(): Promise<void> {
    this.aborter.abort();
    await this.ready.catch(() => undefined);
    await this.subscription?.stop();
    this.onStopped();
  }

  private async start(): Promise<void> {
    const after = await this.patiently(async () => {
      const position = await prepare(this.pool, this.log, this.options, this.aborter.signal);
      await this.warm();
      return position;
    });
    this.advanced(after);
    const { feed = this.log, batchSize } = this.options;
    this.subscription = feed.subscribe({
      name: `projection ${this.name}`,
      after,
      batchSize,
      onBatch: (events, signal) => this.project(events, signal),
      onError: (error) => this.options.onError?.(error),
    });
  }

  /** A database that is away for a while only delays the start; a read model that is too new ends it. */
  private async patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    const { signal } = this.aborter;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!signal.aborted) this.options.onError?.(error);
        if (signal.aborted || error instanceof ProjectionVersionError) throw error;
        await delay(retryMs, undefined, { signal });
      }
    }
  }

  private async warm(): Promise<void> {
    const { options } = this;
    if (!options.warm) return;
    await readingSchema(this.pool, options.schema, async (client) => {
      const stored = await readCheckpoint(client, options.name);
      if (stored) await options.warm?.(client, stored.position);
    });
  }

  private async project(events: readonly RecordedEvent[], signal: AbortSignal): Promise<number> {
    const moved = await inTurn(signal, () => this.move(events));
    const position = moved ?? (await this.overtaken());
    this.advanced(position);
    return position;
  }

  private move(events: readonly RecordedEvent[]): Promise<number | undefined> {
    const { name, version, schema } = this.options;
    const [first, last] = [events[0]?.position ?? 0, events.at(-1)?.position ?? 0];
    const work = async (client: PoolClient) => {
      // First, so that a second runner waits at this row before it does the work, and then does none.
      if (!(await moveCheckpoint(client, name, { version, position: first - 1 }, last))) return 'rollback';
      await this.options.apply(events, client);
      return last;
    };
    return inSchema(this.pool, schema, work, turnMs);
  }

  private async overtaken(): Promise<number> {
    const stored = await readCheckpoint(this.pool, this.name);
    if (stored?.version === this.options.version) return stored.position;
    const error = new ProjectionVersionError(
      `projection ${this.name} has been rebuilt by another version of the program`,
    );
    this.options.onError?.(error);
    // Not awaited: stopping waits for the batch that we are in.
    void this.subscription?.stop();
    throw error;
  }

  private advanced(position: number): void {
    this.signals.raise(this.name, position);
    this.options.onAdvanced?.(position);
  }
}

/** For as long as another runner has the lock, and nobody has this one stop. */
const inTurn = async <Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> => {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LockedError) || signal.aborted) throw error;
    }
  }
};
