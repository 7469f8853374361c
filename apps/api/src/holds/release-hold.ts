import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { holdDecider, holdStream } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';

export class ReleaseHold extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly hold: string,
  ) {
    super();
  }
}

@CommandHandler(ReleaseHold)
export class ReleaseHoldHandler implements ICommandHandler<ReleaseHold> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, hold }: ReleaseHold) {
    const { actor: by, reason: why } = context;
    return this.runner.run(context, async (unit) => {
      await unit.decide(holdDecider, holdStream(hold), {
        type: 'ReleaseHold',
        by,
        ...(why === undefined ? {} : { why }),
      });
      return {};
    });
  }
}
