import type { Pool } from 'pg';
import type { SealedPositions } from '../seal/sealed-positions';
import type { HighWater } from '../signals/high-water';
import type { PulseBounds } from '../signals/pulse';
import type { LogFilter, RecordedEvent, StreamEvent } from '../types';
import { eventTypesQuery } from './event-types-query';
import { logQuery } from './log-query';
import { parseLogRow, type LogRow } from './parse';
import { StreamLoader } from './stream-loader';
import { Subscription, type SubscribeOptions } from './subscription';
import type { Upcasters } from './upcasters';

const defaultTimeoutMs = 10_000;

/** The log as the world sees it: sealed events, in position order. */
export class LogReader {
  private readonly subscriptions = new Set<Subscription>();
  private readonly streams: StreamLoader;

  constructor(
    private readonly pool: Pool,
    private readonly upcasters: Upcasters,
    private readonly sealed: SealedPositions,
    private readonly headSignal: HighWater,
    private readonly bounds: PulseBounds,
  ) {
    this.streams = new StreamLoader(pool, upcasters);
  }

  /** The end of the log; position 0 and a chain of zeros before the first event. */
  async head(): Promise<{ position: number; chain: string }> {
    const { rows } = await this.pool.query<{ pos: string; chain: Buffer }>({
      name: 'log_head',
      text: 'select pos, chain from log_head',
    });
    const [row] = rows as [{ pos: string; chain: Buffer }];
    this.headSignal.raise(Number(row.pos));
    return { position: Number(row.pos), chain: row.chain.toString('hex') };
  }

  async read(filter: LogFilter = {}): Promise<RecordedEvent[]> {
    const { rows } = await this.pool.query<LogRow>(logQuery(filter));
    return rows.map((row) => parseLogRow(row, this.upcasters));
  }

  /** The events at these positions, in their order. */
  async at(positions: readonly number[]): Promise<RecordedEvent[]> {
    const { rows } = await this.pool.query<LogRow>({
      name: 'read_log_at',
      text: `select l.pos, e.canonical, encode(e.hash, 'hex') as hash
        from event_log l join events e on e.seq = l.seq where l.pos = any($1::bigint[]) order by l.pos`,
      values: [positions],
    });
    return rows.map((row) => parseLogRow(row, this.upcasters));
  }

  /** Brings an event that came another way than by reading the log to the present shape of its type. */
  upcast(event: RecordedEvent): RecordedEvent {
    return this.upcasters.upcast(event);
  }

  /** One stream in version order, committed events without a position included: what a decision is made on. */
  readStream(stream: string, afterVersion = 0): Promise<StreamEvent[]> {
    return this.streams.load(stream, afterVersion);
  }

  /** Positions of those events that have one. */
  positionsOf(seqs: readonly number[]): Promise<Map<number, number>> {
    return this.sealed.positionsOf(seqs);
  }

  /** @throws DeadlineError when the event has no position in time; it is durable all the same. */
  awaitSealed(seq: number, timeoutMs = defaultTimeoutMs): Promise<number> {
    return this.sealed.await(seq, timeoutMs);
  }

  /**
   * A position by which everything that these streams have now is in the log. Waits for what has none yet: who was shown
   * it must not be sent to a position before it.
   * @throws DeadlineError like `awaitSealed`
   */
  async positionWith(streams: readonly string[], timeoutMs = defaultTimeoutMs): Promise<number> {
    const { rows } = await this.pool.query<{ pos: string; unsealed: string | null }>({
      name: 'position_with',
      text: `select h.pos, (select max(last.seq) filter (where l.seq is null)
          from unnest($1::text[]) as s (stream_id)
          cross join lateral (select seq from events e where e.stream_id = s.stream_id order by version desc limit 1) last
          left join event_log l on l.seq = last.seq) as unsealed
        from log_head h`,
      values: [streams],
    });
    const [row] = rows;
    return row?.unsealed ? this.awaitSealed(Number(row.unsealed), timeoutMs) : Number(row?.pos ?? 0);
  }

  /** The last position such that everything up to it was recorded at or before `time`; 0 before the first event. */
  async positionAt(time: Date): Promise<number> {
    const { rows } = await this.pool.query<{ pos: string }>({
      name: 'position_at',
      text: 'select position_at($1) as pos',
      values: [time],
    });
    return Number(rows[0]?.pos);
  }

  /** Every type of event that was ever recorded, those without a position included. */
  async eventTypes(): Promise<string[]> {
    const { rows } = await this.pool.query<{ type: string }>({ name: 'event_types', text: eventTypesQuery });
    return rows.map(({ type }) => type);
  }

  subscribe(options: SubscribeOptions): Subscription {
    const subscription = new Subscription(this, this.headSignal, this.bounds, options, () =>
      this.subscriptions.delete(subscription),
    );
    this.subscriptions.add(subscription);
    subscription.start();
    return subscription;
  }

  /** Stops what is subscribed. */
  async stop(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
  }
}
