import { resolveShare } from '../../kernel/share';
import type { Run, RunCluster, RunStage } from '../state';
import { beginRollback } from './rolling-back';
import { rulesOf } from './rules';
import type { Step } from './step';

/** The first stage with more failures than it tolerates, and the sentence that says so. */
export const firstBroken = (run: Run): { readonly stage: string; readonly message: string } | undefined => {
  const stage = run.stages.find((candidate) => isBroken(run, candidate));
  if (!stage) return undefined;
  const [first, ...others] = failuresOf(stage);
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return {
    stage: stage.name,
    message: `stage ${stage.name}: ${first?.name ?? ''}${more}: ${first?.message ?? 'failed'}`,
  };
};

const failuresOf = ({ clusters }: RunStage): RunCluster[] =>
  clusters.filter(({ phase, accepted }) => phase === 'Failed' && !accepted);

/** What a person skipped does not count. */
const isBroken = (run: Run, stage: RunStage): boolean =>
  stage.phase !== 'Skipped' &&
  failuresOf(stage).length > resolveShare(rulesOf(run, stage.name).maxFailures, stage.clusters.length);

/**
 * Stops a run that has more failures than it tolerates, in the way that its strategy says. A cluster that failed goes on
 * converging; when enough of them recover by themselves, so does the run. A pause that a person asked for outweighs
 * both: nothing goes on by itself, and nothing goes back by itself.
 */
export const breakOrMend = (step: Step): void => {
  const { paused, strategy } = step.run;
  if (paused?.reason === 'Requested') return;
  const broken = firstBroken(step.run);
  if (!broken) {
    if (paused?.reason === 'FailuresExceeded') step.emit('RunResumed', { reason: 'Recovered' });
  } else if (strategy.onFailure === 'Rollback') {
    beginRollback(step, { reason: 'FailuresExceeded', message: broken.message });
  } else if (strategy.onFailure === 'Pause' && !paused) {
    step.emit('RunPaused', { ...broken, reason: 'FailuresExceeded' });
  }
};
