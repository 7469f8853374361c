import type { Pool } from 'pg';
import { Appender } from './append/appender';
import { findAnswer } from './command/answers';
import { CommandExecutor } from './command/executor';
import type { Projection, ProjectionOptions } from './projection/options';
import { ProjectionSignals } from './projection/projection-signals';
import { ProjectionRunner } from './projection/runner';
import { LogReader } from './read/log-reader';
import { Upcasters } from './read/upcasters';
import { SealedPositions } from './seal/sealed-positions';
import { Sealer, type Sealed } from './seal/sealer';
import { Announcer } from './signals/announcer';
import { HighWater } from './signals/high-water';
import { Listener } from './signals/listener';
import { pollBounds } from './signals/pulse';
import type { AppendOutcome, AppendUnit, StoredAnswer } from './types';

export interface EventStoreOptions {
  /** Of a migrated database. Two of its connections are kept: the sealer's and that of LISTEN. */
  readonly pool: Pool;
  /** Whether this process seals; true when left out. One that does not tells those that do of its appends. */
  readonly seal?: boolean;
  readonly upcasters?: Upcasters;
  /** Told of what is tried again by itself: a lost connection of the sealer, for one. */
  readonly onError?: (error: unknown) => void;
}

/** The parts of the store that work together in one process. */
export class EventStore {
  readonly pool: Pool;
  readonly log: LogReader;
  readonly commands: CommandExecutor;
  private readonly appender: Appender;
  private readonly announcer: Announcer;
  private readonly sealed: SealedPositions;
  private readonly sealer: Sealer | undefined;
  private readonly listener: Listener;
  private readonly head = new HighWater('the log');
  private readonly projections: ProjectionSignals;
  private readonly runners = new Set<ProjectionRunner>();

  constructor({
    pool,
    seal = true,
    upcasters = new Upcasters(),
    onError = () => undefined,
  }: EventStoreOptions) {
    const bounds = pollBounds(() => this.listener.listening);
    this.pool = pool;
    this.sealed = new SealedPositions(pool, bounds);
    this.projections = new ProjectionSignals(pool, bounds);
    this.announcer = new Announcer(pool);
    this.log = new LogReader(pool, upcasters, this.sealed, this.head, bounds);
    if (seal) this.sealer = new Sealer(pool, bounds, (sealed) => this.settle(sealed), onError);
    this.appender = new Appender(pool, {
      seals: () => this.sealer?.ready === true,
      onCommitted: (lastSeq, sealed) => this.afterCommit(lastSeq, sealed),
    });
    this.commands = new CommandExecutor(pool, this.log, upcasters, this.appender);
    this.listener = new Listener(
      pool,
      {
        keelson_appended: () => this.sealer?.wake(),
        keelson_sealed: (position) => this.hearSealed(Number(position)),
        keelson_projection: (payload) => this.projections.hear(payload),
      },
      onError,
    );
  }

  async start(): Promise<void> {
    await this.listener.start();
    await this.sealer?.start();
    await this.log.head();
  }

  /** Appends one unit; resolves when it is durable. `log.awaitSealed` then gives its position. */
  append(unit: AppendUnit): Promise<AppendOutcome> {
    return this.appender.append(unit);
  }

  findAnswer(scope: string, key: string): Promise<StoredAnswer | undefined> {
    return findAnswer(this.pool, this.log, scope, key);
  }

  runProjection(options: ProjectionOptions): Projection {
    const runner: ProjectionRunner = new ProjectionRunner(
      this.pool,
      this.log,
      this.projections,
      options,
      () => this.runners.delete(runner),
    );
    this.runners.add(runner);
    return runner;
  }

  /** Waits until a projection, run by whichever process, has reached the position. @throws DeadlineError */
  waitForProjection(name: string, position: number, timeoutMs: number): Promise<void> {
    return this.projections.waitFor(name, position, timeoutMs);
  }

  /** Committed events without a position, and the age of the oldest. A transaction left open makes it grow. */
  async sealerLag(): Promise<{ events: number; seconds: number }> {
    const { rows } = await this.pool.query<{ events: string; seconds: string | null }>({
      name: 'sealer_lag',
      text: `select count(*) as events, extract(epoch from clock_timestamp() - min(recorded_at)) as seconds
        from unsealed_events()`,
    });
    return { events: Number(rows[0]?.events), seconds: Math.max(0, Number(rows[0]?.seconds ?? 0)) };
  }

  /** Ends what was begun, in the order in which it depends on each other; the pool stays the caller's. */
  async stop(): Promise<void> {
    await Promise.all([...this.runners].map((runner) => runner.stop()));
    await this.log.stop();
    await this.appender.stop();
    await this.announcer.stop();
    await this.sealer?.stop();
    this.sealed.stop();
    this.projections.stop();
    this.head.stop();
    await this.listener.stop();
  }

  private afterCommit(lastSeq: number, sealed: Sealed | undefined): void {
    if (!this.sealer) return this.announcer.announce();
    if (sealed) this.settle(sealed);
    if (this.sealed.has(lastSeq)) return;
    // Behind the fence, or sealed by another process: nobody would tell us of that until the next poll.
    this.sealer.wake();
    setImmediate(() => this.sealed.look());
  }

  /** Events that this process gave their positions. */
  private settle(sealed: Sealed): void {
    if (sealed.seqs.length === 0) return;
    this.sealed.settle(sealed);
    this.head.raise(sealed.firstPosition + sealed.seqs.length - 1);
  }

  /** Of what was sealed here we learn from the answer, and wait for it no longer: looking then asks nobody. */
  private hearSealed(position: number): void {
    if (position <= this.head.position) return;
    this.head.raise(position);
    this.sealed.look();
  }
}

/** Opens the store on a migrated database. */
export const openEventStore = async (options: EventStoreOptions): Promise<EventStore> => {
  const store = new EventStore(options);
  await store.start();
  return store;
};
