import type { HealthStatus } from '../target';
import type { Labels } from '../cluster';
import type { Strategy } from '../strategy';

export type RunCommand =
  | {
      readonly type: 'CreateRun';
      readonly run: string;
      readonly application: string;
      readonly release: string;
      readonly version: string;
      readonly revision: string;
      readonly strategy: Strategy;
    }
  | { readonly type: 'AdvanceRun'; readonly now: number; readonly fleet: readonly Observation[] }
  | { readonly type: 'SupersedeRun'; readonly by: string }
  | { readonly type: 'AbortRun'; readonly reason: 'ApplicationDeleted' };

/** What is known of one cluster of the application's placement. Times are milliseconds since the epoch. */
export interface Observation {
  readonly cluster: string;
  readonly labels: Labels;
  /** The release that the target's plan is made from, if it has one. */
  readonly release?: string;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly health?: {
    readonly generation: number;
    readonly status: HealthStatus;
    readonly message: string;
    readonly since: number;
  };
  readonly failure?: { readonly generation: number; readonly terminal: boolean; readonly message: string };
  /** Why the cluster cannot be reached, when it cannot. */
  readonly unreachable?: string;
}
