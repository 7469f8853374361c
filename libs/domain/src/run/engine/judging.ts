import { awaitsReturn, type RunCluster, type RunStage } from '../state';
import { noteHeldBack } from './kept-back';
import { lastBatch } from './pace';
import type { Step } from './step';
import { judge, type Verdict } from './verdict';

/** Every cluster that is under way, or failed and still converging, is judged; in a paused run too. */
export const judgeClusters = (step: Step): void => {
  for (const stage of step.run.stages) {
    for (const cluster of stage.clusters) {
      if (cluster.phase === 'Progressing' || cluster.phase === 'Failed') judgeCluster(step, stage, cluster);
    }
  }
};

const judgeCluster = (step: Step, stage: RunStage, cluster: RunCluster): void => {
  const observation = step.seen.get(cluster.name);
  if (!observation) return;
  const at = { stage: stage.name, cluster: cluster.name };
  const verdict = judge(step.run, stage, cluster, observation, step.now);
  if (verdict.is === 'waiting') noteHeldBack(step, observation);
  if (verdict.is === 'healthy') return reach(step, at, cluster);
  if (cluster.phase === 'Failed' && !(awaitsReturn(cluster) && isIll(verdict))) return;
  const { message } = verdict;
  if (verdict.is === 'failed') {
    if (verdict.reason === 'Unreachable' && step.run.strategy.unreachable === 'SetAside') {
      step.emit('ClusterSetAside', { ...at, message });
    } else {
      step.emit('ClusterFailed', { ...at, reason: verdict.reason, message });
    }
  } else if (cluster.reachedAt !== undefined && cluster.lostAt === undefined) {
    step.emit('BatchLost', { ...at, batch: cluster.batch ?? 0, message, at: step.at });
  }
};

/** It is the plan itself that fails there, and not the time that it took. */
const isIll = (verdict: Verdict): boolean =>
  verdict.is === 'failed' && (verdict.reason === 'Unhealthy' || verdict.reason === 'ApplyFailed');

/** A cluster that failed half way and is healthy again needs a place before it goes on; at its end it needs none. */
const reach = (step: Step, at: { stage: string; cluster: string }, cluster: RunCluster): void => {
  const { phase, batch = 0, reachedAt, lostAt } = cluster;
  if (batch >= lastBatch(step.run.strategy)) step.emit('ClusterSucceeded', at);
  else if (phase === 'Failed') step.emit('ClusterReturned', at);
  else if (reachedAt === undefined || lostAt !== undefined) {
    step.emit('BatchReached', { ...at, batch, at: step.at });
  }
};
