import { LRUCache } from 'lru-cache';
import type { Pool, PoolClient } from 'pg';
import { createHash } from 'node:crypto';

/** Enough to spread over a handful of workers, few enough that owning all of them costs one process nothing. */
export const SHARDS = 8;

/** First keys of the advisory locks: one space for shards, one in which every worker shows that it lives. */
const SHARD_LOCKS = 0x6b65656c;
const PRESENCE_LOCKS = 0x6b65656d;
const REBALANCE_MS = 2_000;
/** A worker whose session has asked nothing for so long, which it does every two seconds, is stopped or cut off. */
const SILENT_MS = 30_000;

/** Asked of every cluster at every look at the read model: hashing 400 names anew took 360 ms of five rollouts. */
const shards = new LRUCache<string, number>({ max: 10_000 });

export const shardOf = (name: string): number => {
  const known = shards.get(name);
  if (known !== undefined) return known;
  const shard = createHash('sha1').update(name).digest().readUInt32BE(0) % SHARDS;
  shards.set(name, shard);
  return shard;
};

/**
 * Which shards this worker owns. An owner holds a session-level advisory lock on each, so the shards of a worker that
 * dies are free as soon as PostgreSQL notices, and the others take them at their next round. One that is stopped, and
 * whose connection lives, is noticed by its silence: the others end its session. Each worker keeps at most its fair
 * share. Ownership saves double work and is not what keeps two workers from harm: the fence is.
 */
export class ShardOwnership {
  readonly owned = new Set<number>();
  private client: PoolClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly pool: Pool,
    private readonly onChange: () => void,
    private readonly onError: (error: unknown) => void,
    private readonly silentMs = SILENT_MS,
  ) {}

  owns(name: string): boolean {
    return this.owned.has(shardOf(name));
  }

  async start(): Promise<void> {
    await this.rebalance();
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
    this.lose();
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.round = this.rebalance().finally(() => this.schedule());
    }, REBALANCE_MS);
  }

  private async rebalance(): Promise<void> {
    try {
      const before = [...this.owned].join();
      const client = await this.connect();
      const share = Math.ceil(SHARDS / (await countWorkers(client, this.silentMs)));
      for (const shard of [...this.owned].slice(share)) await this.release(client, shard);
      for (let shard = 0; shard < SHARDS && this.owned.size < share; shard += 1) {
        if (!this.owned.has(shard)) await this.acquire(client, shard);
      }
      if ([...this.owned].join() !== before) this.onChange();
    } catch (error) {
      this.lose();
      this.onChange();
      this.onError(error);
    }
  }

  private async connect(): Promise<PoolClient> {
    if (this.client) return this.client;
    const client = (this.client = await this.pool.connect());
    client.on('error', this.onLost);
    await client.query('select pg_advisory_lock_shared($1, 0)', [PRESENCE_LOCKS]);
    return client;
  }

  private readonly onLost = (error: Error): void => {
    this.lose();
    this.onChange();
    this.onError(error);
  };

  /** The locks die with their connection. */
  private lose(): void {
    this.owned.clear();
    this.client?.off('error', this.onLost);
    this.client?.on('error', () => undefined);
    this.client?.release(true);
    this.client = undefined;
  }

  private async acquire(client: PoolClient, shard: number): Promise<void> {
    const { rows } = await client.query<{ locked: boolean }>(
      'select pg_try_advisory_lock($1, $2) as locked',
      [SHARD_LOCKS, shard],
    );
    if (rows[0]?.locked) this.owned.add(shard);
  }

  private async release(client: PoolClient, shard: number): Promise<void> {
    await client.query('select pg_advisory_unlock($1, $2)', [SHARD_LOCKS, shard]);
    this.owned.delete(shard);
  }
}

/** Those that live; the sessions of others are ended, so that what they hold is free at the next round. */
const countWorkers = async (client: PoolClient, silentMs: number): Promise<number> => {
  const { rows } = await client.query<{ living: number }>(
    `with present as (
       select pid, pid <> pg_backend_pid() and state = 'idle'
         and state_change < clock_timestamp() - $2 * interval '1 ms' as silent
       from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and classid = $1 and objid = 0
         and database = (select oid from pg_database where datname = current_database()))
     select count(*) filter (where case when silent then not pg_terminate_backend(pid) else true end)::int as living
     from present`,
    [PRESENCE_LOCKS, silentMs],
  );
  return Math.max(1, rows[0]?.living ?? 1);
};
