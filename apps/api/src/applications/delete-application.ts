import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { applicationDecider, applicationStream, runDecider, runStream } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { registerDependencies } from './register-dependencies';

export class DeleteApplication extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly application: string,
  ) {
    super();
  }
}

/** The run under way ends in the same unit: it has nothing to bring forward any more. */
@CommandHandler(DeleteApplication)
export class DeleteApplicationHandler implements ICommandHandler<DeleteApplication> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, application }: DeleteApplication) {
    return this.runner.run(context, async (unit) => {
      const stream = applicationStream(application);
      const { state: before } = await unit.load(applicationDecider, stream);
      const { activeRun } = await unit.decide(applicationDecider, stream, { type: 'DeleteApplication' });
      if (activeRun !== undefined) {
        await unit.decide(runDecider, runStream(activeRun), {
          type: 'AbortRun',
          reason: 'ApplicationDeleted',
        });
      }
      if (before.exists) await registerDependencies(unit, application, before.definition.dependsOn, []);
      return {};
    });
  }
}
