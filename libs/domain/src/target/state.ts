import type { DriftChange, HealthStatus } from './events';

export interface TargetState {
  /** Generation of the newest plan that the cluster took whole; 0 before the first. */
  readonly appliedGeneration: number;
  readonly failure?: { readonly generation: number; readonly message: string };
  readonly health?: { readonly generation: number; readonly status: HealthStatus; readonly message: string };
  /** Open drift by object key. */
  readonly drift: Readonly<Record<string, readonly DriftChange[]>>;
}
