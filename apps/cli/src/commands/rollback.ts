import type { Command } from 'commander';
import type { ReleaseAccepted } from '../api/types';
import { UsageError } from '../errors';
import type { Host } from '../host';
import { noteWarnings } from './note-warnings';
import { followRun } from './run';
import { actOnRun } from './run-actions';

interface RollbackOptions {
  readonly to?: string;
  readonly run?: string;
  readonly reason?: string;
  readonly idempotencyKey?: string;
  readonly wait?: true;
}

export const rollbackCommand = (program: Command, host: Host): void => {
  program
    .command('rollback [application]')
    .description(
      'Go back: an application to an earlier release, or a run to what its clusters had before it.',
    )
    .option('--to <release>', 'a version, a revision or a log position; the newest of several')
    .option('--run <id>', 'the run that is undone, instead of an application')
    .option('--reason <text>', 'kept in the audit log')
    .option('--idempotency-key <key>', 'the same key again gets the same answer and no second rollback')
    .option('--wait', 'show the run until it ends; exit code 1 if it fails or stops')
    .action(async (application: string | undefined, options: RollbackOptions) => {
      const { to, run } = options;
      if (application !== undefined && to !== undefined && run === undefined) {
        return rollBack(host, application, to, options);
      }
      if (application === undefined && to === undefined && run !== undefined) return undo(host, run, options);
      throw new UsageError('give an application and --to VERSION, or --run RUN');
    });
};

const rollBack = async (
  host: Host,
  application: string,
  to: string,
  { reason, idempotencyKey, wait }: RollbackOptions,
): Promise<void> => {
  const api = await host.api();
  const answer = await api.post<ReleaseAccepted>(
    `/applications/${encodeURIComponent(application)}/rollback`,
    { to, reason },
    idempotencyKey === undefined ? {} : { idempotencyKey },
  );
  noteWarnings(host, answer.warnings);
  if (wait) return followRun(host, answer.run.id, answer.position);
  const { version } = answer.release;
  host.answer(answer, () => `${application} goes back to ${version} as run ${answer.run.id}`);
};

/** A run that went back has done what was asked for, so waiting for it would end with the exit code of a failure. */
const undo = async (host: Host, run: string, { reason, wait }: RollbackOptions): Promise<void> => {
  if (wait) throw new UsageError('--wait goes with an application; "keelson run RUN --watch" shows a run');
  const answer = await actOnRun(host, run, 'rollback', reason === undefined ? {} : { reason });
  host.answer(answer, () => `run ${run} is rolled back since position ${answer.position}`);
};
