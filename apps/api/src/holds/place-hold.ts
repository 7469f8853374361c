import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  applicationDecider,
  applicationStream,
  holdDecider,
  holdStream,
  type FieldError,
  type HoldScope,
} from '@keelson/domain';
import type { CommandContext, CommandUnit, EventStore } from '@keelson/event-store';
import { registeredClusters } from '../clusters/registered-clusters.queries';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { refuse } from '../commands/refuse';
import { STORE } from '../options';

export class PlaceHold extends Command<Recorded<{ readonly id: string }>> {
  constructor(
    readonly context: CommandContext,
    readonly scope: HoldScope,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(PlaceHold)
export class PlaceHoldHandler implements ICommandHandler<PlaceHold> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  execute({ context, scope, reason }: PlaceHold) {
    const hold = holdId(context);
    return this.runner.run(context, async (unit) => {
      const stream = holdStream(hold);
      const errors = await this.missing(unit, scope);
      if (errors.length > 0) {
        const message = errors.map((error) => error.message).join('; ');
        return refuse(unit, stream, { kind: 'invalid', code: 'scope-unknown', message, errors });
      }
      const owner = context.actor;
      await unit.decide(holdDecider, stream, { type: 'PlaceHold', hold, owner, reason, ...scope });
      return { id: hold };
    });
  }

  /** A slip of the pen would hold nothing, and its owner would rely on it. A project is whatever applications say. */
  private async missing(unit: CommandUnit, { application, cluster }: HoldScope): Promise<FieldError[]> {
    const errors: FieldError[] = [];
    if (application !== undefined) {
      const { state } = await unit.load(applicationDecider, applicationStream(application));
      if (!state.exists) {
        errors.push({ path: '/scope/application', message: `there is no application ${application}` });
      }
    }
    if (cluster !== undefined && !(await registeredClusters(this.store.pool, [cluster])).has(cluster)) {
      errors.push({ path: '/scope/cluster', message: `there is no cluster ${cluster}` });
    }
    return errors;
  }
}

/** Out of the command's id, so that a repeated request names the same hold; short, because people type it. */
const holdId = ({ commandId }: CommandContext): string => commandId.replaceAll('-', '').slice(0, 12);
