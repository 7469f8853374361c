import type { Pool } from 'pg';
import { DeadlineError, StoppedError } from '../errors';
import { Pulse, type PulseBounds } from '../signals/pulse';
import type { Sealed } from './sealer';

interface Waiter {
  readonly resolve: (position: number) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The sealer's answer may come on its connection before the append's on another: remember that many. */
const remembered = 8_192;

/** Which events have their positions, and those who wait for one. */
export class SealedPositions {
  private readonly recent = new Map<number, number>();
  private readonly waiters = new Map<number, Set<Waiter>>();
  private readonly pulse: Pulse;
  private looking = false;

  constructor(
    private readonly pool: Pool,
    bounds: PulseBounds,
  ) {
    this.pulse = new Pulse(() => this.look(), bounds);
  }

  /** Told by what sealed them, when that was this process. */
  settle({ firstPosition, seqs }: Sealed): void {
    seqs.forEach((seq, index) => this.learn(seq, firstPosition + index));
    for (const seq of this.recent.keys()) {
      if (this.recent.size <= remembered) break;
      this.recent.delete(seq);
    }
  }

  /** Whether the position of this event is known here. */
  has(seq: number): boolean {
    return this.recent.has(seq);
  }

  /** Something was sealed, perhaps by another process: ask for what is waited for. */
  look(): void {
    if (this.looking || this.waiters.size === 0) return;
    this.looking = true;
    this.positionsOf([...this.waiters.keys()])
      .then((found) => found.forEach((position, seq) => this.learn(seq, position)))
      .catch(() => undefined) // the pulse asks again
      .finally(() => (this.looking = false));
  }

  async positionsOf(seqs: readonly number[]): Promise<Map<number, number>> {
    const { rows } = await this.pool.query<{ seq: string; pos: string }>({
      name: 'positions_of',
      text: 'select seq, pos from event_log where seq = any($1::bigint[])',
      values: [seqs],
    });
    return new Map(rows.map(({ seq, pos }) => [Number(seq), Number(pos)]));
  }

  /** @throws DeadlineError: the event is durable, its position will come later. */
  await(seq: number, timeoutMs: number): Promise<number> {
    const known = this.recent.get(seq);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.forget(seq, waiter);
        reject(new DeadlineError(`event ${seq} has no position after ${timeoutMs} ms`));
      }, timeoutMs);
      const waiter: Waiter = { resolve, reject, timer };
      const others = this.waiters.get(seq);
      if (others) others.add(waiter);
      else this.waiters.set(seq, new Set([waiter]));
      if (this.waiters.size === 1) this.pulse.start();
      this.pulse.quicken();
    });
  }

  stop(): void {
    this.pulse.stop();
    for (const waiters of this.waiters.values())
      for (const { timer, reject } of waiters) {
        clearTimeout(timer);
        reject(new StoppedError('the event store is stopped'));
      }
    this.waiters.clear();
  }

  private learn(seq: number, position: number): void {
    this.recent.set(seq, position);
    const waiters = this.waiters.get(seq);
    if (!waiters) return;
    this.waiters.delete(seq);
    for (const { timer, resolve } of waiters) {
      clearTimeout(timer);
      resolve(position);
    }
    if (this.waiters.size === 0) this.pulse.stop();
  }

  private forget(seq: number, waiter: Waiter): void {
    const waiters = this.waiters.get(seq);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.waiters.delete(seq);
    if (this.waiters.size === 0) this.pulse.stop();
  }
}
