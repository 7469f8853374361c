import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { applicationDecider, applicationStream } from '@keelson/domain';
import type { CommandContext, CommandUnit } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { refuse } from '../commands/refuse';
import { prepareRelease } from './prepare-release';
import type { ReleaseBody } from './releases.operations';
import { NO_APPLICATION, startRelease, type RequestedRelease } from './start-release';

export class RequestRelease extends Command<Recorded<RequestedRelease>> {
  constructor(
    readonly context: CommandContext,
    readonly application: string,
    readonly body: ReleaseBody,
  ) {
    super();
  }
}

@CommandHandler(RequestRelease)
export class RequestReleaseHandler implements ICommandHandler<RequestRelease> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, application, body }: RequestRelease) {
    return this.runner.run(context, (unit) => this.request(unit, application, body));
  }

  private async request(
    unit: CommandUnit,
    application: string,
    body: ReleaseBody,
  ): Promise<RequestedRelease> {
    const stream = applicationStream(application);
    const { version, images } = body;
    const { state } = await unit.load(applicationDecider, stream);
    if (!state.exists) return refuse(unit, stream, NO_APPLICATION);
    const prepared = prepareRelease(body, state.definition);
    if (!prepared.ok) return refuse(unit, stream, prepared.rejection);
    return startRelease(unit, application, { version, images, ...prepared.release });
  }
}
