import type { LabelSelector } from '../placement';
import type { Share } from '../kernel/share';

/** How a release moves through the fleet. A run freezes the strategy that it started with. */
export interface Strategy {
  /** In order; a stage without a selector takes every cluster that no stage names. */
  readonly stages: readonly Stage[];
  /** How long a cluster must stay healthy before it counts as succeeded. */
  readonly minSuccessTime: string;
  /** How long a cluster may take to become healthy before it counts as failed. */
  readonly progressDeadline: string;
  readonly onFailure: 'Pause';
}

export interface Stage {
  readonly name: string;
  readonly clusterSelector?: LabelSelector;
  /** Clusters of the stage that may be under way at once. */
  readonly maxConcurrency: Share;
  /** Failed clusters that the stage tolerates before the run stops. */
  readonly maxFailures: Share;
}

/** No strategy: one stage, every cluster at once, stop at the first failure. */
export const DEFAULT_STRATEGY: Strategy = {
  stages: [{ name: 'all', maxConcurrency: '100%', maxFailures: 0 }],
  minSuccessTime: '0s',
  progressDeadline: '10m',
  onFailure: 'Pause',
};
