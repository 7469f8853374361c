import type { RunCluster, RunStage } from '../state';
import type { Strategy } from '../../strategy';
import { isKeptBack } from './kept-back';
import { holdAfter, paceAt } from './pace';
import type { Step } from './step';

/** Sends clusters whose batch is reached, and whose pause is over, to their next batch. */
export const advanceBatches = (step: Step, stage: string): void => {
  const current = step.stage(stage);
  for (const cluster of current.clusters) {
    const due = nextBatchAt(step.run.strategy, current, cluster);
    if (due === undefined || step.now < due || isKeptBack(step, cluster.name)) continue;
    const pace = paceAt(step.run.strategy, (cluster.batch ?? 0) + 1);
    step.emit('BatchAdvanced', { stage, cluster: cluster.name, pace, at: step.at });
  }
};

/** Milliseconds since the epoch from which the next batch may begin; undefined while the one before is not reached. */
export const nextBatchAt = (
  strategy: Strategy,
  { promoted }: Pick<RunStage, 'promoted'>,
  { phase, reachedAt, lostAt, batch = 0 }: RunCluster,
): number | undefined => {
  if (phase !== 'Progressing' || reachedAt === undefined || lostAt !== undefined) return undefined;
  return reachedAt + (promoted ? 0 : holdAfter(strategy, batch));
};
