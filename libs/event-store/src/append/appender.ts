import type { Pool } from 'pg';
import { StoppedError } from '../errors';
import { passes, patiently } from '../postgres/patiently';
import type { Sealed } from '../seal/sealer';
import type { AppendOutcome, AppendUnit } from '../types';
import { appendAndSeal, appendUnits } from './append-units';
import { encodeUnit } from './encode';
import type { Pending } from './parameters';

interface Waiting extends Pending {
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Transactions of this process under way at once. One is as fast, because clients answered together append together;
 * but a unit that waits for another process's lock on its stream must not stop all the others. Splitting what waits
 * over two lanes brought 5 % on an idle machine, for 35 % more CPU a command, and nothing on a busy one.
 */
const lanes = 3;
const maxUnits = 64;
/** UTF-16 units of canonical text; a larger unit goes alone. */
const maxSize = 4_000_000;

/**
 * Group commit, with sealing in the same round trip: while a transaction is on its way to the disk, the units that arrive are collected, and go together
 * in the next one. A unit alone goes at once.
 */
export class Appender {
  private readonly queue: Waiting[] = [];
  private underWay = 0;
  private dispatching = false;
  private stopped = false;
  private idle: (() => void) | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly hooks: {
      /** Whether appends are to seal, too. */
      readonly seals: () => boolean;
      /** Called after each commit that wrote events, with the last one's number and what was sealed with it. */
      readonly onCommitted: (lastSeq: number, sealed: Sealed | undefined) => void;
    },
  ) {}

  /** Resolves when the unit is durable, not yet when it has a position. */
  async append(unit: AppendUnit): Promise<AppendOutcome> {
    if (this.stopped) throw new StoppedError('the event store is stopped');
    const encoded = encodeUnit(unit);
    return new Promise((resolve, reject) => {
      this.queue.push({ unit, encoded, resolve, reject });
      this.dispatchSoon();
    });
  }

  /** Lets what was accepted finish. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.busy) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private get busy(): boolean {
    return this.underWay > 0 || this.queue.length > 0;
  }

  /** Not at once: commands answered by one sealed batch append again together, and should go together. */
  private dispatchSoon(): void {
    if (this.dispatching || this.underWay === lanes) return;
    this.dispatching = true;
    setImmediate(() => {
      this.dispatching = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.underWay < lanes && this.queue.length > 0) {
      this.underWay += 1;
      void this.commit(this.nextBatch()).finally(() => {
        this.underWay -= 1;
        this.dispatchSoon();
        if (!this.busy) this.idle?.();
      });
    }
  }

  /** A command or a key goes once in a batch: a second one must see what the first one did. */
  private nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    const names = new Set<string>();
    let size = 0;
    while (this.queue.length > 0 && batch.length < maxUnits) {
      const next = this.queue.shift() as Waiting;
      const { meta, idempotency } = next.unit;
      const command = `command ${meta.commandId}`;
      const key = idempotency && `key ${idempotency.scope} ${idempotency.key}`;
      size += next.encoded.size;
      if (batch.length > 0 && size > maxSize) {
        later.push(next);
        break;
      }
      if (names.has(command) || (key && names.has(key))) {
        later.push(next);
        continue;
      }
      names.add(command);
      if (key) names.add(key);
      batch.push(next);
    }
    this.queue.unshift(...later);
    return batch;
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const { outcomes, sealed } = await this.send(batch);
      const lastSeq = Math.max(0, ...outcomes.map((it) => (it.outcome === 'ok' ? (it.seqs.at(-1) ?? 0) : 0)));
      if (lastSeq > 0) this.hooks.onCommitted(lastSeq, sealed);
      outcomes.forEach((outcome, index) => batch[index]?.resolve(outcome));
    } catch (error) {
      // One unit that the database refuses must not take the others with it.
      if (batch.length > 1 && !passes(error)) for (const waiting of batch) await this.commit([waiting]);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** A lost connection leaves open whether the commit happened. Units are idempotent, so send them again. */
  private send(batch: readonly Waiting[]): Promise<{ outcomes: AppendOutcome[]; sealed?: Sealed }> {
    return patiently(async () =>
      this.hooks.seals()
        ? appendAndSeal(this.pool, batch)
        : { outcomes: await appendUnits(this.pool, batch) },
    );
  }
}
