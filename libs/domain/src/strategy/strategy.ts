import type { LabelSelector } from '../placement';
import type { Share } from '../kernel';
import type { Verification } from '../verification';

/** How a release moves through the fleet. A run freezes the strategy that it started with. */
export interface Strategy {
  /** In order; a stage without a selector takes every cluster that no stage names. */
  readonly stages: readonly Stage[];
  /** How far a cluster goes at a time, in order; sizes are of the whole, and the last is everything. */
  readonly batches: readonly Batch[];
  /** How long a batch must stay healthy before it counts as reached. */
  readonly minSuccessTime: string;
  /** How long a batch may take to become healthy before its cluster counts as failed. */
  readonly progressDeadline: string;
  /** What happens when a stage has more failures than it tolerates, or a gate says no. */
  readonly onFailure: 'Pause' | 'Rollback' | 'Continue';
  readonly update: UpdateMode;
  /** Whether a cluster that cannot be reached counts as failed, or is left out and caught up when it returns. */
  readonly unreachable: 'Fail' | 'SetAside';
  /** Two Deployments in turn instead of one: the new one comes up beside the old, then the Service goes over. */
  readonly blueGreen?: BlueGreen;
}

/** A Service of the manifests, and the one Deployment whose pods it selects, as two colours. */
export interface BlueGreen {
  readonly service: string;
  /** Another Service of the same pods; it selects the newest colour, from when that is begun. */
  readonly previewService?: string;
  /** How long the colour that the Service has left is kept for the way back. */
  readonly scaleDownDelay: string;
}

/** How pods get a new image: anew, or by restarting just the containers that changed. */
export type UpdateMode = 'Recreate' | 'InPlaceIfPossible' | 'InPlaceOnly';

export interface Stage {
  readonly name: string;
  readonly clusterSelector?: LabelSelector;
  /** Clusters of the stage that may be under way at once. */
  readonly maxConcurrency: Share;
  /** Failed clusters that the stage tolerates before the run stops. */
  readonly maxFailures: Share;
  /** What must be passed, in order, before its first cluster starts. */
  readonly before: readonly Gate[];
  /** What must be passed, in order, after its last cluster and before the next stage. */
  readonly after: readonly Gate[];
}

/**
 * The batches that a cluster goes through. Blue-green has one of the user's, and before it the one in which the new
 * colour comes up: nothing else of the application moves in it, and the pause of the last batch comes after it.
 */
export const batchesOf = ({ batches, blueGreen }: Strategy): readonly Batch[] =>
  blueGreen ? [{ size: '0%' }, ...batches] : batches;

export interface Batch {
  /** Replicas of each workload that may run the new revision. */
  readonly size: Share;
  /**
   * How long the cluster is held once the batch is reached. On the last batch, which nothing follows, it is how long
   * the cluster is held before it.
   */
  readonly pause?: string;
}

export type Gate =
  { readonly type: 'Approval' } | { readonly type: 'TimedWait'; readonly duration: string } | Verification;

/** No strategy: one stage, every cluster at once, all replicas in one batch, stop at the first failure. */
export const DEFAULT_STRATEGY: Strategy = {
  stages: [{ name: 'all', maxConcurrency: '100%', maxFailures: 0, before: [], after: [] }],
  batches: [{ size: '100%' }],
  minSuccessTime: '0s',
  progressDeadline: '10m',
  onFailure: 'Pause',
  update: 'Recreate',
  unreachable: 'Fail',
};
