import { durationMs } from '../kernel/duration';
import type { ClusterFailureReason } from './events';
import type { Observation } from './commands';
import type { Run, RunCluster } from './state';

export type Verdict =
  | { readonly is: 'healthy' }
  | { readonly is: 'waiting'; readonly until: number }
  | { readonly is: 'failed'; readonly reason: ClusterFailureReason; readonly message: string };

/**
 * What an observation says of a cluster that was told to move.
 * Only a plan made from this run's release, taken whole by the cluster and judged at that very generation, counts:
 * health of the previous revision never opens the way.
 */
export const judge = (run: Run, cluster: RunCluster, seen: Observation, now: number): Verdict => {
  const ownPlan = seen.release === run.release;
  const { health, failure } = seen;
  if (ownPlan && failure?.terminal && failure.generation === seen.generation) {
    return { is: 'failed', reason: 'ApplyFailed', message: failure.message };
  }
  const judged =
    ownPlan && seen.appliedGeneration === seen.generation && health?.generation === seen.generation
      ? health
      : undefined;
  if (judged?.status === 'Failed') return { is: 'failed', reason: 'Unhealthy', message: judged.message };
  if (judged?.status === 'Current' && !seen.unreachable) {
    const steadyAt = judged.since + durationMs(run.strategy.minSuccessTime);
    if (now >= steadyAt) return { is: 'healthy' };
    return { is: 'waiting', until: steadyAt };
  }
  const deadline = (cluster.startedAt ?? now) + durationMs(run.strategy.progressDeadline);
  if (now < deadline) return { is: 'waiting', until: deadline };
  const why = seen.unreachable ?? judged?.message ?? failure?.message ?? 'the plan has not been applied';
  return {
    is: 'failed',
    reason: 'ProgressDeadlineExceeded',
    message: `not healthy within ${run.strategy.progressDeadline}: ${why}`,
  };
};
