import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  checkContent,
  sidecarDecider,
  sidecarStream,
  validateSidecarStrategy,
  type FieldError,
  type Rejection,
} from '@keelson/domain';
import type { CommandContext, CommandUnit, EventStore } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { refuse } from '../commands/refuse';
import { STORE } from '../options';
import { clashErrors } from './clash-errors';
import { clashesOf } from './clashes.queries';
import type { SidecarReleaseBody } from './sidecars.operations';
import { startSidecarRelease, type RequestedSidecarRelease } from './start-sidecar-release';

export class RequestSidecarRelease extends Command<Recorded<RequestedSidecarRelease>> {
  constructor(
    readonly context: CommandContext,
    readonly sidecar: string,
    readonly body: SidecarReleaseBody,
  ) {
    super();
  }
}

const NO_SIDECAR: Rejection = { kind: 'notFound', code: 'sidecar-not-found', message: 'no such sidecar' };

@CommandHandler(RequestSidecarRelease)
export class RequestSidecarReleaseHandler implements ICommandHandler<RequestSidecarRelease> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  execute({ context, sidecar, body }: RequestSidecarRelease) {
    return this.runner.run(context, (unit) => this.request(unit, sidecar, body));
  }

  private async request(
    unit: CommandUnit,
    sidecar: string,
    body: SidecarReleaseBody,
  ): Promise<RequestedSidecarRelease> {
    const stream = sidecarStream(sidecar);
    const { state } = await unit.load(sidecarDecider, stream);
    if (!state.exists) return refuse(unit, stream, NO_SIDECAR);
    const { definition } = state;
    const { version, images, strategy = definition.strategy } = body;
    const { containers = definition.containers, volumes = definition.volumes } = body;
    const checked = checkContent({ containers, volumes }, images);
    const errors = [...(checked.ok ? [] : checked.errors), ...validateSidecarStrategy(strategy)];
    if (!checked.ok || errors.length > 0) return refuse(unit, stream, mistakes(errors, 'validation-failed'));
    const clashes = await clashesOf(this.store.pool, sidecar, definition, checked.content.containers);
    const taken = clashErrors(clashes, checked.content.containers, body.containers !== undefined);
    if (taken.length > 0) return refuse(unit, stream, mistakes(taken, 'container-taken'));
    return startSidecarRelease(unit, sidecar, { version, strategy, content: checked.content });
  }
}

const mistakes = (errors: readonly FieldError[], code: string): Rejection => {
  const [first] = errors;
  const where = first?.path ? `${first.path}: ` : '';
  return { kind: 'invalid', code, message: `${where}${first?.message ?? ''}`, errors };
};
