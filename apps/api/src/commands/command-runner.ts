import { Inject, Injectable } from '@nestjs/common';
import type { CommandContext, CommandUnit, EventStore } from '@keelson/event-store';
import { Problem, rejected } from '../http/problem';
import { STORE } from '../options';
import { Metrics } from '../health/metrics';

/** What every command answers: where it was recorded, and what the handler made of it. */
export type Recorded<Value> = { position: number } & Value;

/** Runs a command handler's unit of work and turns a refusal into a Problem. */
@Injectable()
export class CommandRunner {
  constructor(
    @Inject(STORE) private readonly store: EventStore,
    private readonly metrics: Metrics,
  ) {}

  /**
   * `work` may be run again when another command came first, so it must have no effect outside its unit.
   * What it returns is kept under the Idempotency-Key, in the append's own transaction.
   */
  async run<Value extends object>(
    context: CommandContext,
    work: (unit: CommandUnit) => Promise<Value>,
  ): Promise<Recorded<Value>> {
    const result = await this.store.commands.execute(context, work);
    if (!result.ok) throw rejected(result.rejection);
    this.metrics.appended.inc(result.duplicate ? 0 : result.events.length);
    if (result.value === undefined) {
      throw new Problem(
        409,
        'command-repeated',
        'this command was recorded before, and its answer was not kept',
      );
    }
    return { position: result.position, ...result.value };
  }
}
