import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { runDecider, runStream, type FieldError, type Run } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { refuse } from '../commands/refuse';
import type { RunActionBody } from './runs.operations';

export class ActOnRun extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly run: string,
    readonly body: RunActionBody,
  ) {
    super();
  }
}

/** The decider says what fits: the state that it looks at is the one that the decision is recorded after. */
@CommandHandler(ActOnRun)
export class ActOnRunHandler implements ICommandHandler<ActOnRun> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, run, body: { action, stage, cluster } }: ActOnRun) {
    const now = Date.now();
    const { actor: by, reason: why } = context;
    return this.runner.run(context, async (unit) => {
      const stream = runStream(run);
      const { state } = await unit.load(runDecider, stream);
      const errors = state.exists ? unknownNames(state, stage, cluster) : [];
      if (errors.length > 0) {
        const message = errors.map((error) => error.message).join('; ');
        return refuse(unit, stream, { kind: 'invalid', code: 'run-has-no-such', message, errors });
      }
      await unit.decide(runDecider, stream, {
        type: 'ActOnRun',
        action,
        ...(stage === undefined ? {} : { stage }),
        ...(cluster === undefined ? {} : { cluster }),
        by,
        ...(why === undefined ? {} : { why }),
        now,
      });
      return {};
    });
  }
}

/** A name that the run does not have is a mistake in the request, told by its place in it. */
const unknownNames = ({ stages }: Run, stage?: string, cluster?: string): FieldError[] => {
  const meant = stages.filter(({ name }) => stage === undefined || name === stage);
  const errors: FieldError[] = [];
  if (meant.length === 0) {
    const names = stages.map(({ name }) => name).join(', ');
    errors.push({ path: '/stage', message: `the run has no stage ${stage}; it has ${names}` });
  } else if (cluster !== undefined && !meant.some(({ clusters }) => clusters.some(isCalled(cluster)))) {
    const where = stage === undefined ? 'the run' : `stage ${stage}`;
    errors.push({ path: '/cluster', message: `${where} has no cluster ${cluster}` });
  }
  return errors;
};

const isCalled =
  (wanted: string) =>
  ({ name }: { readonly name: string }): boolean =>
    name === wanted;
