import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { runDecider, runStream, sidecarDecider, sidecarStream } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';

export class DeleteSidecar extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly sidecar: string,
  ) {
    super();
  }
}

/** The run under way ends in the same unit: it has nothing to bring forward any more. */
@CommandHandler(DeleteSidecar)
export class DeleteSidecarHandler implements ICommandHandler<DeleteSidecar> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, sidecar }: DeleteSidecar) {
    return this.runner.run(context, async (unit) => {
      const { activeRun } = await unit.decide(sidecarDecider, sidecarStream(sidecar), {
        type: 'DeleteSidecar',
      });
      if (activeRun !== undefined) {
        await unit.decide(runDecider, runStream(activeRun), { type: 'AbortRun', reason: 'SidecarDeleted' });
      }
      return {};
    });
  }
}
