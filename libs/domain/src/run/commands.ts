import type { Labels } from '../cluster';
import type { Callback } from '../kernel';
import type { Strategy } from '../strategy';
import type { HealthStatus } from '../target';
import type { Measurement } from '../verification';
import type { RunAction } from './actions';
import type { Blocker } from './blockers';
import type { GateSide } from './events';

export type RunCommand =
  | {
      readonly type: 'CreateRun';
      readonly run: string;
      readonly application: string;
      readonly release: string;
      readonly version: string;
      readonly revision: string;
      readonly strategy: Strategy;
      readonly rollback?: true;
      /** Who is told of the run's course. */
      readonly callback?: Callback;
    }
  | { readonly type: 'AdvanceRun'; readonly now: number; readonly fleet: readonly Observation[] }
  | {
      readonly type: 'RecordMeasurement';
      readonly stage: string;
      readonly side: GateSide;
      readonly gate: number;
      /** How many were there when it was taken: a repeated one, or one of an earlier try, is dropped. */
      readonly index: number;
      readonly measurement: Measurement;
      readonly now: number;
    }
  | {
      readonly type: 'ActOnRun';
      readonly action: RunAction;
      readonly stage?: string;
      readonly cluster?: string;
      readonly by: string;
      /** Why; `override` is refused without. */
      readonly why?: string;
      readonly now: number;
    }
  | { readonly type: 'SupersedeRun'; readonly by: string }
  | { readonly type: 'AbortRun'; readonly reason: 'ApplicationDeleted' | 'SidecarDeleted' };

/** What is known of one cluster of the application's placement. Times are milliseconds since the epoch. */
export interface Observation {
  readonly cluster: string;
  readonly labels: Labels;
  /** The release that the target's plan is made from, if it has one. */
  readonly release?: string;
  /** The run and the batch that its plan is held to. */
  readonly run?: string;
  readonly batch?: number;
  /** The last release that the cluster had wholly. */
  readonly stable?: string;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly health?: {
    readonly generation: number;
    /** Current: everything healthy, and every workload has reached the batch that the plan is held to. */
    readonly status: HealthStatus;
    readonly message: string;
    readonly since: number;
  };
  readonly failure?: { readonly generation: number; readonly terminal: boolean; readonly message: string };
  /** Other runs that move the same pods do not let them go as far as this one would. It has no deadline then. */
  readonly heldBack?: readonly Blocker[];
  /** Milliseconds since the epoch at which such a hold last began or ended: a deadline counts from there at the earliest. */
  readonly freeSince?: number;
  /** Why the cluster cannot be reached, when it cannot. */
  readonly unreachable?: string;
  /** What keeps it from being started, or from its next batch. */
  readonly blockers?: readonly Blocker[];
  /** When a window opens or closes next. */
  readonly blockersChangeAt?: number;
}
