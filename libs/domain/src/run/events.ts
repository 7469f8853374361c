import type { Callback, DomainEvent, Share } from '../kernel';
import type { BlueGreen, Strategy, UpdateMode } from '../strategy';
import type { Measurement } from '../verification';
import type { Blocker } from './blockers';
import type { PauseReason } from './state';

interface Of {
  /** `sidecar/NAME` in the run of a sidecar. */
  readonly application: string;
  readonly run: string;
}
type InStage = Of & { readonly stage: string };
type InCluster = InStage & { readonly cluster: string };
/** `gate` is the index in the stage's list of that side. */
type AtGate = InStage & { readonly side: GateSide; readonly gate: number };

export type GateSide = 'before' | 'after';

export interface Membership {
  readonly cluster: string;
  readonly stage: string;
}

/** How far a cluster may go: what a target's plan is held to. */
export interface Pace {
  readonly batch: number;
  readonly of: number;
  /** Replicas of each workload that may run the new revision; `"100%"` is the plan as it is. */
  readonly share: Share;
  readonly update: UpdateMode;
  /** Pods move by two colours; the Service goes over in the last batch. */
  readonly blueGreen?: BlueGreen;
}

export type ClusterFailureReason =
  'ProgressDeadlineExceeded' | 'ApplyFailed' | 'Unhealthy' | 'Unreachable' | 'NothingToGoBackTo';

/** A person's part in a decision. */
export interface Decided {
  readonly by: string;
  readonly why?: string;
}

/**
 * Every decision of the run engine. `application`, `run` and `cluster` are repeated in each, because audit queries
 * filter by them. `at` is the engine's clock (RFC 3339): a replay needs no other.
 */
export type RunEvent =
  | DomainEvent<
      'RunCreated',
      Of & {
        release: string;
        version: string;
        revision: string;
        strategy: Strategy;
        rollback?: true;
        callback?: Callback;
      }
    >
  | DomainEvent<'MembershipChanged', Of & { joined: readonly Membership[]; left: readonly string[] }>
  | DomainEvent<'StageStarted', InStage>
  | DomainEvent<'GateStarted', AtGate & { gateType: string; at: string }>
  | DomainEvent<'MeasurementTaken', AtGate & { index: number; measurement: Measurement; at: string }>
  | DomainEvent<'GatePassed', AtGate & Partial<Decided> & { message?: string }>
  | DomainEvent<'GateFailed', AtGate & Partial<Decided> & { message: string }>
  | DomainEvent<'GateInconclusive', AtGate & { message: string }>
  | DomainEvent<'GateRetried', AtGate & Decided & { at: string }>
  | DomainEvent<'ClusterStarted', InCluster & { release: string; from?: string; pace: Pace; at: string }>
  | DomainEvent<'BatchReached', InCluster & { batch: number; at: string }>
  /** A batch that had been reached is not healthy any more, or not known to be: its deadline counts from now. */
  | DomainEvent<'BatchLost', InCluster & { batch: number; message: string; at: string }>
  | DomainEvent<'BatchAdvanced', InCluster & { pace: Pace; at: string }>
  | DomainEvent<'ClusterSucceeded', InCluster>
  | DomainEvent<'ClusterFailed', InCluster & { reason: ClusterFailureReason; message: string }>
  | DomainEvent<'ClusterRetried', InCluster & Decided & { at: string }>
  | DomainEvent<'ClusterSetAside', InCluster & { message: string }>
  /** Set aside and reachable again, or failed half way and healthy again: it waits for its turn like any other. */
  | DomainEvent<'ClusterReturned', InCluster>
  | DomainEvent<'ClusterSkipped', InCluster & Decided>
  | DomainEvent<'ClusterRollbackStarted', InCluster & { release: string; pace: Pace; at: string }>
  | DomainEvent<'ClusterRolledBack', InCluster>
  | DomainEvent<'StagePromoted', InStage & Decided>
  | DomainEvent<'StageSkipped', InStage & Decided>
  | DomainEvent<'StageSucceeded', InStage>
  | DomainEvent<'RunWaiting', Of & { for: readonly Blocker[] }>
  /** `passed` is what would have stopped the run at that moment; without `kinds` nothing of any kind does from now on. */
  | DomainEvent<
      'RunOverridden',
      Of & Decided & { passed: readonly Blocker[]; kinds?: readonly Blocker['kind'][] }
    >
  | DomainEvent<'RunPaused', Of & Partial<Decided> & { stage?: string; reason: PauseReason; message: string }>
  | DomainEvent<
      'RunResumed',
      Of & Partial<Decided> & { reason: 'Recovered' | 'Requested'; accepted?: readonly string[] }
    >
  | DomainEvent<
      'RunRollbackStarted',
      Of & Partial<Decided> & { reason: PauseReason; message: string; passed?: readonly Blocker[] }
    >
  | DomainEvent<'RunSucceeded', Of>
  | DomainEvent<'RunFailed', Of & { message: string }>
  | DomainEvent<'RunRolledBack', Of>
  | DomainEvent<'RunSuperseded', Of & { by: string }>
  | DomainEvent<
      'RunAborted',
      Of & Partial<Decided> & { reason: 'ApplicationDeleted' | 'SidecarDeleted' | 'Requested' }
    >;
