import type { HealthStatus } from './events';

export type TargetPhase =
  'Pending' | 'Progressing' | 'Available' | 'Degraded' | 'Drifted' | 'Unreachable' | 'Deleting';

/** What a target's phase is read from. */
export interface TargetStanding {
  /** Nothing of it is wanted any more. */
  readonly removing: boolean;
  /** Its cluster does not answer. */
  readonly unreachable: boolean;
  /** A release has reached it. */
  readonly planned: boolean;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly failed: boolean;
  /** Objects that differ from the plan and have not been put right. */
  readonly drifted: number;
  readonly health?: { readonly generation: number; readonly status: HealthStatus };
}

/** One word for a person; what comes first outweighs what comes after. */
export const targetPhase = (target: TargetStanding): TargetPhase => {
  if (target.removing) return 'Deleting';
  if (target.unreachable) return 'Unreachable';
  if (!target.planned) return 'Pending';
  if (target.generation > target.appliedGeneration) {
    if (target.failed) return 'Degraded';
    return target.appliedGeneration === 0 ? 'Pending' : 'Progressing';
  }
  if (target.drifted > 0) return 'Drifted';
  if (target.health?.generation !== target.generation) return 'Progressing';
  if (target.health.status === 'Current') return 'Available';
  return target.health.status === 'Failed' ? 'Degraded' : 'Progressing';
};
