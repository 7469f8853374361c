import type { DomainEvent } from '../kernel/decider';
import type { Strategy } from '../strategy';

interface Of {
  readonly application: string;
  readonly run: string;
}

export interface Membership {
  readonly cluster: string;
  readonly stage: string;
}

export type ClusterFailureReason = 'ProgressDeadlineExceeded' | 'ApplyFailed' | 'Unhealthy';

/** Every decision of the run engine. `application`, `run` and `cluster` are repeated in each, because audit queries filter by them. */
export type RunEvent =
  | DomainEvent<'RunCreated', Of & { release: string; version: string; revision: string; strategy: Strategy }>
  | DomainEvent<'MembershipChanged', Of & { joined: readonly Membership[]; left: readonly string[] }>
  | DomainEvent<'StageStarted', Of & { stage: string }>
  | DomainEvent<'ClusterStarted', Of & { stage: string; cluster: string; release: string; at: string }>
  | DomainEvent<'ClusterSucceeded', Of & { stage: string; cluster: string }>
  | DomainEvent<
      'ClusterFailed',
      Of & { stage: string; cluster: string; reason: ClusterFailureReason; message: string }
    >
  | DomainEvent<'StageSucceeded', Of & { stage: string }>
  | DomainEvent<'RunPaused', Of & { stage: string; reason: 'FailuresExceeded'; message: string }>
  | DomainEvent<'RunResumed', Of & { reason: 'Recovered' }>
  | DomainEvent<'RunSucceeded', Of>
  | DomainEvent<'RunSuperseded', Of & { by: string }>
  | DomainEvent<'RunAborted', Of & { reason: 'ApplicationDeleted' }>;
