import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { validateWindow, windowDecider, windowStream, type WindowDefinition } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { invalid } from '../http/problem';

export class DefineWindow extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly window: string,
    readonly definition: WindowDefinition,
  ) {
    super();
  }
}

@CommandHandler(DefineWindow)
export class DefineWindowHandler implements ICommandHandler<DefineWindow> {
  constructor(private readonly runner: CommandRunner) {}

  async execute({ context, window, definition }: DefineWindow) {
    const errors = validateWindow(definition);
    if (errors.length > 0) throw invalid(errors);
    return this.runner.run(context, async (unit) => {
      await unit.decide(windowDecider, windowStream(window), { type: 'DefineWindow', window, definition });
      return {};
    });
  }
}
