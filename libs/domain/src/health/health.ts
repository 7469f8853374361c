import type { KubeObject } from '../kubernetes/objects';
import type { HealthStatus, WorkloadCounts } from '../target/events';

/**
 * What one live object says of itself, in the words of kstatus
 * (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus):
 * Current, it is as its spec says; InProgress, it may become so by itself; Failed, it will hardly;
 * Terminating, it is being deleted; Unknown, nobody can tell.
 */
export interface Health {
  readonly status: HealthStatus;
  /** For people: why, with the numbers that decided. */
  readonly message: string;
  /** Replicas, for kinds that have them. */
  readonly workload?: WorkloadCounts;
}

/** Judges one kind; deletion, generations and the standard conditions have been looked at before. */
export type Assessor = (object: KubeObject) => Health;

export const current = (message: string): Health => ({ status: 'Current', message });
export const inProgress = (message: string): Health => ({ status: 'InProgress', message });
export const failed = (message: string): Health => ({ status: 'Failed', message });
export const unknown = (message: string): Health => ({ status: 'Unknown', message });
