import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  applicationDecider,
  applicationStream,
  callbackUrlProblem,
  releaseCallbackSecrets,
  type Callback,
} from '@keelson/domain';
import type { CommandContext, CommandUnit, Vault } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { keepSecret } from '../commands/keep-secret';
import { refuse } from '../commands/refuse';
import { invalid } from '../http/problem';
import { VAULT } from '../options';
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
  constructor(
    private readonly runner: CommandRunner,
    @Inject(VAULT) private readonly vault: Vault,
  ) {}

  async execute({ context, application, body }: RequestRelease) {
    const problem = body.callback && callbackUrlProblem(body.callback.url);
    if (problem !== undefined) throw invalid([{ path: '/callback/url', message: problem }]);
    let callback: Callback | undefined;
    return this.runner.run(context, (unit) =>
      this.request(unit, application, body, async () => (callback ??= await this.kept(application, body))),
    );
  }

  private async request(
    unit: CommandUnit,
    application: string,
    body: ReleaseBody,
    keptCallback: () => Promise<Callback | undefined>,
  ): Promise<RequestedRelease> {
    const stream = applicationStream(application);
    const { version, images } = body;
    const { state } = await unit.load(applicationDecider, stream);
    if (!state.exists) return refuse(unit, stream, NO_APPLICATION);
    const prepared = prepareRelease(body, state.definition);
    if (!prepared.ok) return refuse(unit, stream, prepared.rejection);
    const callback = await keptCallback();
    return startRelease(unit, application, {
      version,
      images,
      ...prepared.release,
      ...(callback ? { callback } : {}),
    });
  }

  /** Only for a release that is accepted as far as can be told. */
  private async kept(application: string, { callback }: ReleaseBody): Promise<Callback | undefined> {
    if (!callback) return undefined;
    const { url, secret } = callback;
    if (secret === undefined) return { url };
    return { url, secret: await keepSecret(this.vault, releaseCallbackSecrets(application), secret) };
  }
}
