import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { windowDecider, windowStream } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';

export class DeleteWindow extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly window: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteWindow)
export class DeleteWindowHandler implements ICommandHandler<DeleteWindow> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, window }: DeleteWindow) {
    return this.runner.run(context, async (unit) => {
      await unit.decide(windowDecider, windowStream(window), { type: 'DeleteWindow' });
      return {};
    });
  }
}
