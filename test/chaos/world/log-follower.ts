import { Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';

export interface LogEvent {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly actor: string;
  readonly reason?: string;
  readonly data: any;
}

const EVERY_MS = 50;
const PAGE = 1_000;

/**
 * Reads the log's tables as they are, past every part of Keelson. What it has seen once must be there for good: at the
 * end it is compared with the whole log, so that a crash which took back a sealed event shows.
 */
export class LogFollower {
  readonly events: LogEvent[] = [];
  private readonly pool: Pool;
  private readonly waiting = new Set<() => void>();
  private readonly following: Promise<void>;
  private stopped = false;

  constructor(url: string) {
    this.pool = new Pool({ connectionString: url, max: 1, application_name: 'chaos' });
    this.pool.on('error', () => undefined);
    this.following = this.follow();
  }

  get position(): number {
    return this.events.at(-1)?.position ?? 0;
  }

  /** True as soon as the condition holds; false when it does not within so many milliseconds. */
  async sees(condition: () => boolean, withinMs: number): Promise<boolean> {
    if (condition()) return true;
    return new Promise((resolve) => {
      const end = (seen: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(seen);
      };
      const look = (): void => {
        if (condition()) end(true);
      };
      const timer = setTimeout(() => end(false), withinMs);
      this.waiting.add(look);
    });
  }

  /** The whole log, read anew. */
  async readAll(): Promise<LogEvent[]> {
    const all: LogEvent[] = [];
    for (;;) {
      const page = await this.page(all.at(-1)?.position ?? 0);
      all.push(...page);
      if (page.length < PAGE) return all;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.following;
    await this.pool.end();
  }

  private async follow(): Promise<void> {
    while (!this.stopped) {
      try {
        const page = await this.page(this.position);
        this.events.push(...page);
        if (page.length > 0) for (const look of [...this.waiting]) look();
        if (page.length === PAGE) continue;
      } catch {
        // The database is away; it is asked again.
      }
      await delay(EVERY_MS);
    }
  }

  private async page(after: number): Promise<LogEvent[]> {
    const { rows } = await this.pool.query<{
      pos: string;
      event_id: string;
      type: string;
      stream_id: string;
      data: unknown;
      actor: string;
      reason: string | null;
    }>(
      `select l.pos, e.event_id, e.type, e.stream_id, e.data, e.meta ->> 'actor' as actor, e.meta ->> 'reason' as reason
       from event_log l join events e on e.seq = l.seq where l.pos > $1 order by l.pos limit ${PAGE}`,
      [after],
    );
    return rows.map(({ pos, event_id, type, stream_id, data, actor, reason }) => ({
      position: Number(pos),
      id: event_id,
      type,
      stream: stream_id,
      actor,
      data,
      ...(reason === null ? {} : { reason }),
    }));
  }
}
