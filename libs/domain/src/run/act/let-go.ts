import { lastBatch, paceAt, wholePace } from '../engine/pace';
import type { Step } from '../engine/step';
import type { Member } from './subjects';

/**
 * Leaves a cluster that was begun and is not finished in a state that needs this run no more: back to what it had, or,
 * where it had nothing, forward to the whole. Held between two batches it would stay there for good.
 */
export const letGo = (step: Step, { stage, cluster: { name, from, batch, startedAt } }: Member): void => {
  if (startedAt === undefined) return;
  const { strategy } = step.run;
  const at = { stage, cluster: name };
  const last = lastBatch(strategy);
  if (from !== undefined) {
    step.emit('ClusterRollbackStarted', { ...at, release: from, pace: wholePace(strategy), at: step.at });
  } else if ((batch ?? 0) < last) {
    step.emit('BatchAdvanced', { ...at, pace: paceAt(strategy, last), at: step.at });
  }
};
