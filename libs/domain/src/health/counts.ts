import type { WorkloadCounts } from '../target/events';
import { inProgress, type Health } from './health';

/** What a controller says of its pods. `expected` is how many are to be updated: fewer while a partition holds. */
export interface PodCounts {
  readonly desired: number;
  readonly existing: number;
  readonly expected: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

export const workloadOf = ({ desired, updated, ready }: PodCounts): WorkloadCounts => ({
  desired,
  updated,
  ready,
});

/**
 * The arithmetic of `kubectl rollout status`, in its order: enough updated pods, no old ones left over, all ready
 * and available. `undefined` when nothing is missing.
 */
export const shortfall = (counts: PodCounts): Health | undefined => {
  const { desired, existing, expected, updated, ready, available } = counts;
  if (existing < desired) return inProgress(`${existing} of ${desired} replicas exist`);
  if (updated < expected) return inProgress(`${updated} of ${expected} replicas are updated`);
  if (existing > desired) return inProgress(`${existing - desired} replicas are pending termination`);
  if (ready < desired) return inProgress(`${ready} of ${desired} replicas are ready`);
  if (available < desired) return inProgress(`${available} of ${desired} replicas are available`);
  return undefined;
};
