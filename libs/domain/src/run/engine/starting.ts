import { isKeptBack } from './kept-back';
import { paceAt } from './pace';
import { freePlaces } from './places';
import type { Step } from './step';

/**
 * Begins as many clusters of a stage as have a place, in order. In a run that is paused for its failures only those
 * that a person asked to try again.
 */
export const startClusters = (step: Step, stage: string): void => {
  let places = freePlaces(step, stage);
  const paused = step.run.paused !== undefined;
  for (const { name: cluster, phase, retried, batch } of step.stage(stage).clusters) {
    if (phase !== 'Pending' || (paused && !retried) || isKeptBack(step, cluster) || places === 0) continue;
    const seen = step.seen.get(cluster);
    if (seen?.unreachable && step.run.strategy.unreachable === 'SetAside') {
      step.emit('ClusterSetAside', { stage, cluster, message: seen.unreachable });
      continue;
    }
    const { release, strategy } = step.run;
    const from = seen?.stable === release ? undefined : seen?.stable;
    // One that was under way before goes on from the batch that it had.
    const pace = paceAt(strategy, batch ?? 0);
    step.emit('ClusterStarted', { stage, cluster, release, ...(from ? { from } : {}), pace, at: step.at });
    places -= 1;
  }
};
