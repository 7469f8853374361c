import { matchesSelector } from '../placement';
import type { Strategy } from './strategy';

/** Stage for clusters that the strategy names nowhere; it comes last. */
export const REMAINDER = 'unlisted';

/**
 * The stage a cluster belongs to: the first whose selector matches its labels, else the first without a selector.
 * `undefined` when the strategy has no place for it; such a cluster is served after the last stage.
 */
export const stageOf = (strategy: Strategy, labels: Readonly<Record<string, string>>): string | undefined => {
  const named = strategy.stages.find(
    (stage) => stage.clusterSelector && matchesSelector(stage.clusterSelector, labels),
  );
  return (named ?? strategy.stages.find((stage) => !stage.clusterSelector))?.name;
};
