import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { applicationDecider, applicationStream, validateSelector, type Scale } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { invalid } from '../http/problem';

export class ScaleApplication extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly application: string,
    readonly scale: Scale,
  ) {
    super();
  }
}

@CommandHandler(ScaleApplication)
export class ScaleApplicationHandler implements ICommandHandler<ScaleApplication> {
  constructor(private readonly runner: CommandRunner) {}

  async execute({ context, application, scale }: ScaleApplication) {
    const errors = scale.clusterSelector ? validateSelector(scale.clusterSelector) : [];
    if (errors.length > 0) throw invalid(errors);
    return this.runner.run(context, async (unit) => {
      await unit.decide(applicationDecider, applicationStream(application), {
        type: 'ScaleApplication',
        scale,
      });
      return {};
    });
  }
}
