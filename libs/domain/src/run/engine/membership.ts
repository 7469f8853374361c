import { REMAINDER, stageOf } from '../../strategy';
import type { Step } from './step';

/** Clusters that came into the placement are taken in where they belong, clusters that left it are dropped. */
export const changeMembership = (step: Step): void => {
  const members = new Set(step.run.stages.flatMap(({ clusters }) => clusters.map(({ name }) => name)));
  const left = [...members].filter((name) => !step.seen.has(name));
  const joined = step.fleet
    .filter(({ cluster }) => !members.has(cluster))
    .map(({ cluster, labels }) => ({ cluster, stage: stageOf(step.run.strategy, labels) ?? REMAINDER }));
  if (joined.length + left.length > 0) step.emit('MembershipChanged', { joined, left });
};

/** Clusters that were set aside and can be reached again are owed the release. */
export const takeBack = (step: Step): void => {
  for (const { name: stage, clusters } of step.run.stages) {
    for (const { name: cluster, phase } of clusters) {
      if (phase === 'SetAside' && !step.seen.get(cluster)?.unreachable) {
        step.emit('ClusterReturned', { stage, cluster });
      }
    }
  }
};
