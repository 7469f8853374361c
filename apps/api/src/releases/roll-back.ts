import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  applicationDecider,
  applicationStream,
  releaseAt,
  releaseDecider,
  releaseNamed,
  releaseStream,
  versionsText,
  type PastRelease,
  type Rejection,
} from '@keelson/domain';
import type { CommandContext, CommandUnit, EventStore } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { refuse } from '../commands/refuse';
import { STORE } from '../options';
import { releaseHistory, runSettledAt } from './history.queries';
import { prepareRollback } from './prepare-release';
import type { RollbackBody } from './releases.operations';
import { NO_APPLICATION, startRelease, type RequestedRelease } from './start-release';

export class RollBack extends Command<Recorded<RequestedRelease>> {
  constructor(
    readonly context: CommandContext,
    readonly application: string,
    readonly body: RollbackBody,
  ) {
    super();
  }
}

/**
 * A new release of old content, through the same stages as every other: nothing goes back by a way that is not tried
 * every day. Its run says that it is a rollback, which lets it pass a window that denies.
 */
@CommandHandler(RollBack)
export class RollBackHandler implements ICommandHandler<RollBack> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  execute({ context, application, body }: RollBack) {
    return this.runner.run(context, (unit) => this.rollBack(unit, application, body));
  }

  private async rollBack(
    unit: CommandUnit,
    application: string,
    { to, strategy }: RollbackBody,
  ): Promise<RequestedRelease> {
    const stream = applicationStream(application);
    const { state } = await unit.load(applicationDecider, stream);
    if (!state.exists) return refuse(unit, stream, NO_APPLICATION);
    const history = await releaseHistory(this.store.pool, application);
    const past = await this.find(application, history, to);
    if (!past) return refuse(unit, stream, unknownRelease(to, history));
    const { state: frozen } = await unit.load(releaseDecider, releaseStream(past.release));
    if (!frozen.exists) throw new Error(`release ${past.release} was asked for and never frozen`);
    const { version, images, release: restores } = frozen.content;
    const prepared = prepareRollback(frozen.content, strategy, state.definition);
    if (!prepared.ok) return refuse(unit, stream, prepared.rejection);
    return startRelease(unit, application, { version, images, restores, ...prepared.release });
  }

  /** A number is a position; a text is one only when no version and no revision is called that. */
  private async find(
    application: string,
    history: readonly PastRelease[],
    to: string | number,
  ): Promise<PastRelease | undefined> {
    const named = typeof to === 'string' ? releaseNamed(history, to) : undefined;
    if (named || !/^\d{1,15}$/.test(String(to))) return named;
    const position = Number(to);
    if (position > (await this.store.log.head()).position) return undefined;
    return releaseAt(history, position, await runSettledAt(this.store.pool, application, position));
  }
}

const unknownRelease = (to: string | number, history: readonly PastRelease[]): Rejection => {
  const what =
    typeof to === 'number' ? `stood at position ${to}` : `has version, revision or position "${to}"`;
  const message = `no release ${what}; ${versionsText(history)}`;
  return { kind: 'invalid', code: 'release-not-found', message, errors: [{ path: '/to', message }] };
};
