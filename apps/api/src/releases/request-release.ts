import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  applicationDecider,
  applicationStream,
  releaseDecider,
  releaseStream,
  runDecider,
  runStream,
} from '@keelson/domain';
import type { CommandContext, CommandUnit } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { refuse } from '../commands/refuse';
import { prepareRelease } from './prepare-release';
import type { ReleaseBody } from './releases.operations';

export interface RequestedRelease {
  readonly release: { readonly id: string; readonly version: string; readonly revision: string };
  readonly run: { readonly id: string };
}

export class RequestRelease extends Command<Recorded<RequestedRelease>> {
  constructor(
    readonly context: CommandContext,
    readonly application: string,
    readonly body: ReleaseBody,
  ) {
    super();
  }
}

/**
 * One unit over four streams: the application asks for the release, the release is frozen, its run is created and the
 * run before it superseded. All or nothing, so no run is ever without its release.
 */
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
    const { state: before } = await unit.load(applicationDecider, stream);
    const prepared = before.exists ? prepareRelease(body, before.definition) : undefined;
    if (prepared?.ok === false) return refuse(unit, stream, prepared.rejection);
    const revision = prepared?.release.revision ?? '';
    const after = await unit.decide(applicationDecider, stream, {
      type: 'RequestRelease',
      version,
      revision,
    });
    if (!prepared || !after.exists || !after.release || !after.activeRun) {
      throw new Error(`application ${application} took a release and does not have it`);
    }
    const { objects, strategy } = prepared.release;
    const { release, activeRun: run } = after;
    const content = { release: release.id, application, version, revision, images, objects };
    await unit.decide(releaseDecider, releaseStream(release.id), { type: 'FreezeRelease', content });
    await unit.decide(runDecider, runStream(run), {
      type: 'CreateRun',
      run,
      application,
      release: release.id,
      version,
      revision,
      strategy,
    });
    if (before.activeRun !== undefined) {
      await unit.decide(runDecider, runStream(before.activeRun), { type: 'SupersedeRun', by: run });
    }
    return { release, run: { id: run } };
  }
}
