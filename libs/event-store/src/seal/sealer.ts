import type { Pool } from 'pg';
import { HeldConnection } from '../postgres/held-connection';
import { Pulse, type PulseBounds } from '../signals/pulse';

export interface Sealed {
  readonly firstPosition: number;
  /** The events at firstPosition, firstPosition + 1, … */
  readonly seqs: readonly number[];
}

interface Row {
  first_pos: string | null;
  sealed: string[];
  more: boolean;
}

const batchSize = 1_000;
/** Behind the fence: the appends that it waits for take milliseconds, and nobody tells when they end. */
const firstFenceWaitMs = 1;
const lastFenceWaitMs = 25;

/**
 * Gives committed events their positions (seal_events in migrations/0004 and 0005 is the whole of it). Appends of a process
 * that has one seal by themselves; it is left what they could not: what was behind the fence, what a process without
 * one appended, and what a killed one left. Any number of processes may run one; the database lets one work at a time.
 *
 * Its commits need not reach the disk: positions are a function of (tx, seq), which does, so sealing again after a
 * crash gives every event the position and the chain that it had.
 */
export class Sealer {
  private readonly connection: HeldConnection;
  private readonly pulse: Pulse;
  private working: Promise<void> | undefined;
  private woken = false;
  private stopped = false;
  private fenceTimer: NodeJS.Timeout | undefined;
  private fenceWaitMs = firstFenceWaitMs;

  constructor(
    pool: Pool,
    bounds: PulseBounds,
    private readonly onSealed: (sealed: Sealed) => void,
    private readonly onError: (error: unknown) => void,
  ) {
    this.connection = new HeldConnection(pool, {
      onError,
      onOpen: async (client) => {
        await client.query('set synchronous_commit = off');
        await client.query('select adopt_restored_log()');
      },
    });
    this.pulse = new Pulse(() => this.wake(), bounds);
  }

  /** Whether it has had its connection, and with it a look at a log that may come from another server. */
  get ready(): boolean {
    return this.connection.current !== undefined;
  }

  async start(): Promise<void> {
    await this.connection.open();
    this.pulse.start();
    this.wake();
  }

  wake(): void {
    this.woken = true;
    if (this.stopped || this.working) return;
    this.working = this.work().finally(() => {
      this.working = undefined;
      // Woken between the last look and here.
      if (this.woken && this.connection.current) this.wake();
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.pulse.stop();
    clearTimeout(this.fenceTimer);
    await this.working;
    await this.connection.stop();
  }

  private async work(): Promise<void> {
    while (this.woken && !this.stopped) {
      const client = this.connection.current;
      // The pulse comes again once there is a connection.
      if (!client) return;
      this.woken = false;
      try {
        const { rows } = await client.query<Row>({
          name: 'seal_events',
          text: 'select * from seal_events($1)',
          values: [batchSize],
        });
        this.handle(rows[0] as Row);
      } catch (error) {
        if (!this.stopped) this.onError(error);
      }
    }
  }

  private handle({ first_pos, sealed, more }: Row): void {
    if (sealed.length > 0) {
      this.onSealed({ firstPosition: Number(first_pos), seqs: sealed.map(Number) });
      this.fenceWaitMs = firstFenceWaitMs;
      this.pulse.quicken();
    }
    if (!more) return;
    if (sealed.length === batchSize) {
      this.woken = true;
      return;
    }
    clearTimeout(this.fenceTimer);
    this.fenceTimer = setTimeout(() => this.wake(), this.fenceWaitMs);
    this.fenceWaitMs = Math.min(this.fenceWaitMs * 2, lastFenceWaitMs);
  }
}
