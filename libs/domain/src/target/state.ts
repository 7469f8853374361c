import type { Delay, DriftChange, HealthStatus } from './events';
import type { Flaps } from './flapping';

/** What is known of a target's drift. */
export interface DriftState {
  /** Open drift by object key. */
  readonly drift: Readonly<Record<string, readonly DriftChange[]>>;
  /** Fields that drifted lately. */
  readonly flaps: Flaps;
}

export interface TargetState extends DriftState {
  /** Generation of the newest plan that the cluster took whole; 0 before the first. */
  readonly appliedGeneration: number;
  readonly failure?: { readonly generation: number; readonly message: string };
  readonly health?: { readonly generation: number; readonly status: HealthStatus; readonly message: string };
  /** Why objects that must go are still there, by object key, as it was told last. */
  readonly delays: Readonly<Record<string, Delay>>;
  /** Uids of objects that were found to be wanted by nothing, and are owed. */
  readonly strays: readonly string[];
  /** Generation of the plan whose Service was last seen to have gone over. */
  readonly switchedGeneration?: number;
  /** Generation of the plan whose idle colour was retired last. */
  readonly retiredGeneration?: number;
}
