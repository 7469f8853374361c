import type { Pool } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { reject, type Rejection } from '@keelson/domain';
import type { Appender } from '../append/appender';
import { ConcurrencyError } from '../errors';
import type { LogReader } from '../read/log-reader';
import type { Upcasters } from '../read/upcasters';
import type { AppendedEvent, AppendOutcome, CommandContext, EventMeta, StoredAnswer } from '../types';
import { findAnswer } from './answers';
import { firstOutcome } from './first-outcome';
import { StateCache } from './state-cache';
import { Turns } from './turns';
import { Rejected, UnitOfWork, type CommandUnit } from './unit';

export type CommandResult<Value> =
  | {
      readonly ok: true;
      /** Of the last event; of the log's end when there was nothing to record. */
      readonly position: number;
      readonly value: Value;
      readonly events: readonly AppendedEvent[];
      readonly duplicate?: undefined;
    }
  | {
      readonly ok: true;
      readonly position: number;
      /**
       * The stored answer for a repeated key, unless it was forgotten; for a repeated command without one what the
       * handler answered this time, if it did.
       */
      readonly value?: Value;
      readonly events: readonly AppendedEvent[];
      /** The command or the key had been executed before: nothing was recorded now. */
      readonly duplicate: true;
    }
  | { readonly ok: false; readonly rejection: Rejection };

interface Attempt<Value> {
  readonly unit: UnitOfWork;
  readonly value?: Value;
  readonly rejection?: Rejection;
}

const maxTries = 8;
const cachedStreams = 10_000;

/** The path of every command: load, decide, append, again from the load if a stream moved meanwhile. */
export class CommandExecutor {
  private readonly cache = new StateCache(cachedStreams);
  private readonly turns = new Turns();

  constructor(
    private readonly pool: Pool,
    private readonly log: LogReader,
    private readonly upcasters: Upcasters,
    private readonly appender: Appender,
  ) {}

  /**
   * Runs `handler`, perhaps several times: it must do nothing that cannot be done twice, except through `unit`.
   * Must not be nested: a handler that executes a command on the stream that it has loaded waits for itself.
   * @throws ConcurrencyError when the streams kept moving; DeadlineError when the events are durable but have no
   * position yet. Both may be executed again with the same commandId.
   */
  async execute<Value>(
    context: CommandContext,
    handler: (unit: CommandUnit) => Promise<Value>,
  ): Promise<CommandResult<Value>> {
    if (context.idempotency) {
      const { scope, key } = context.idempotency;
      const found = await findAnswer(this.pool, this.log, scope, key);
      if (found) return answered(found, context);
    }
    let trustCache = true;
    let contended: readonly string[] = [];
    for (let tries = 1; ;) {
      const held = new Map<string, () => void>();
      try {
        for (const stream of contended) held.set(stream, await this.turns.take(stream));
        const attempt = await this.attempt(handler, trustCache, held);
        const { unit, rejection } = attempt;
        // What writes nothing is not guarded by the expected version: make sure by reading.
        if (unit.usedCache && (rejection || !unit.hasEvents)) {
          trustCache = false;
          continue;
        }
        if (rejection) return (await this.executedBefore(context, attempt)) ?? { ok: false, rejection };
        const value = attempt.value as Value;
        if (!unit.hasEvents && !context.idempotency) {
          const position = await this.log.positionWith(unit.streams());
          return (await this.executedBefore(context, attempt)) ?? { ok: true, position, value, events: [] };
        }
        const outcome = await this.append(context, unit, value);
        if (outcome.outcome !== 'conflict') {
          if (outcome.outcome === 'ok') unit.remember();
          for (const end of held.values()) end();
          return await this.settle(context, outcome, attempt);
        }
        if (tries === maxTries) throw new ConcurrencyError(outcome.stream, outcome.actual, tries);
        tries += 1;
        trustCache = false;
        // In one order, so that two commands that contend for two streams cannot wait for each other.
        contended = unit.streams().sort();
      } finally {
        for (const end of held.values()) end();
      }
      await delay(Math.random() * 2 ** tries);
    }
  }

  private async attempt<Value>(
    handler: (unit: CommandUnit) => Promise<Value>,
    trustCache: boolean,
    held: Map<string, () => void>,
  ): Promise<Attempt<Value>> {
    // A turn is waited for only while none is held: whoever waits holds nothing that another could wait for.
    const turn = async (stream: string): Promise<void> => {
      if (held.size > 0) return;
      held.set(stream, () => undefined);
      held.set(stream, await this.turns.take(stream));
    };
    const unit = new UnitOfWork(this.log, this.cache, this.upcasters, trustCache, turn);
    try {
      return { unit, value: await handler(unit) };
    } catch (error) {
      if (error instanceof Rejected) return { unit, rejection: error.rejection };
      throw error;
    }
  }

  private append(context: CommandContext, unit: UnitOfWork, value: unknown): Promise<AppendOutcome> {
    const { idempotency } = context;
    return this.appender.append({
      streams: unit.toAppend(),
      meta: metaOf(context),
      ...(idempotency && { idempotency: { ...idempotency, answer: value } }),
    });
  }

  /** The append's outcome as the command's result, once it has its position. */
  private async settle<Value>(
    context: CommandContext,
    outcome: Exclude<AppendOutcome, { outcome: 'conflict' }>,
    attempt: Attempt<Value>,
  ): Promise<CommandResult<Value>> {
    switch (outcome.outcome) {
      case 'ok': {
        const last = outcome.seqs.at(-1);
        const position =
          last === undefined
            ? await this.log.positionWith(attempt.unit.streams())
            : await this.log.awaitSealed(last);
        return { ok: true, position, value: attempt.value as Value, events: outcome.events };
      }
      case 'duplicate': {
        const before = await this.executedBefore(context, attempt);
        if (!before) throw new Error(`the events of command ${context.commandId} have gone`);
        return before;
      }
      case 'answered': {
        const { scope = '', key = '' } = context.idempotency ?? {};
        const found = await findAnswer(this.pool, this.log, scope, key);
        if (!found) throw new Error(`the answer for key ${key} was forgotten while it was asked for`);
        return answered(found, context);
      }
    }
  }

  private async executedBefore<Value>(
    context: CommandContext,
    { value }: Attempt<Value>,
  ): Promise<CommandResult<Value> | undefined> {
    const { commandId, idempotency } = context;
    const found = idempotency && (await findAnswer(this.pool, this.log, idempotency.scope, idempotency.key));
    if (found) return answered(found, context);
    const first = await firstOutcome(this.pool, this.upcasters, commandId);
    if (!first) return undefined;
    const position = await this.log.awaitSealed(first.lastSeq);
    const { events } = first;
    // A key's answer was forgotten: what this attempt made of a request, perhaps another one, is not that answer.
    return { ok: true, position, ...(!idempotency && { value }), events, duplicate: true };
  }
}

const metaOf = ({ commandId, correlationId, causationId, actor, reason }: CommandContext): EventMeta => ({
  commandId,
  correlationId: correlationId ?? commandId,
  ...(causationId !== undefined && { causationId }),
  actor,
  ...(reason !== undefined && { reason }),
});

const answered = <Value>(found: StoredAnswer, { idempotency }: CommandContext): CommandResult<Value> =>
  found.requestHash === idempotency?.requestHash
    ? { ok: true, position: found.position, value: found.answer as Value, events: [], duplicate: true }
    : reject(
        'invalid',
        'idempotency-key-reused',
        'this Idempotency-Key was used before, with another request',
      );
