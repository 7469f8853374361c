import { describeRef, type ObjectRef } from '../kubernetes/objects';
import type { HealthStatus, WorkloadCounts } from '../target/events';
import type { Health } from './health';

export interface ObjectHealth {
  readonly ref: ObjectRef;
  readonly health: Health;
}

/** The first of these that any object has is the verdict on all. */
const WORST_FIRST: readonly HealthStatus[] = ['Failed', 'Terminating', 'InProgress', 'Unknown', 'Current'];

/** One verdict on many objects: the worst, with the object that it comes from; counts are summed over workloads. */
export const aggregate = (verdicts: readonly ObjectHealth[]): Required<Health> => {
  const workload = verdicts.reduce<WorkloadCounts>(
    (sum, { health: { workload: one } }) => ({
      desired: sum.desired + (one?.desired ?? 0),
      updated: sum.updated + (one?.updated ?? 0),
      ready: sum.ready + (one?.ready ?? 0),
    }),
    { desired: 0, updated: 0, ready: 0 },
  );
  const worst = WORST_FIRST.find((status) => verdicts.some(({ health }) => health.status === status));
  if (worst === undefined || worst === 'Current') {
    return { status: 'Current', message: `all ${verdicts.length} objects are current`, workload };
  }
  const alike = verdicts.filter(({ health }) => health.status === worst);
  const [first] = alike;
  const named = first ? `${describeRef(first.ref)}: ${first.health.message}` : '';
  const others = alike.length > 1 ? ` (and ${alike.length - 1} more)` : '';
  return { status: worst, message: named + others, workload };
};
