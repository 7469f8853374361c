import type { Callback } from '../kernel';
import type { Strategy } from '../strategy';
import type { Measurement } from '../verification';
import type { Blocker } from './blockers';
import type { ClusterFailureReason } from './events';

export type RunPhase =
  | 'Pending'
  | 'Progressing'
  | 'Paused'
  | 'AwaitingApproval'
  | 'Baking'
  | 'Verifying'
  | 'RollingBack'
  | 'Succeeded'
  | 'Failed'
  | 'Aborted'
  | 'RolledBack'
  | 'Superseded';

export type RunClusterPhase =
  | 'Pending'
  | 'Progressing'
  | 'Succeeded'
  | 'Failed'
  /** Left out because it could not be reached; it is taken in again when it returns. */
  | 'SetAside'
  /** Left out because a person said so. */
  | 'Skipped'
  | 'RollingBack'
  | 'RolledBack';

export type StagePhase = 'Pending' | 'Progressing' | 'Succeeded' | 'Skipped';

export interface RunCluster {
  readonly name: string;
  readonly phase: RunClusterPhase;
  /** The release that the cluster had wholly before this run touched it: what it goes back to. */
  readonly from?: string;
  /** Index of the batch that the cluster is at; none before it started. */
  readonly batch?: number;
  /** Milliseconds since the epoch at which the batch (or the way back) was begun: what its deadline counts from. */
  readonly startedAt?: number;
  /** Milliseconds since the epoch at which the batch had been healthy for long enough: what its pause counts from. */
  readonly reachedAt?: number;
  /** Milliseconds since the epoch at which a batch that had been reached was seen not healthy: its new deadline's start. */
  readonly lostAt?: number;
  /** A person asked for another try: it gets its whole deadline, whatever its health says meanwhile. */
  readonly retried?: true;
  /** A person resumed the run although this one had failed: it does not count any more. */
  readonly accepted?: true;
  /** Why it failed, the last time that it did. */
  readonly failedFor?: ClusterFailureReason;
  readonly message?: string;
}

export type GatePhase = 'Pending' | 'Running' | 'Passed' | 'Failed' | 'Inconclusive';

export interface RunGate {
  readonly phase: GatePhase;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  /** Who decided, and why, where a person did. */
  readonly by?: string;
  readonly reason?: string;
  readonly message?: string;
  /** Of a Verification, in order. */
  readonly measurements: readonly TakenMeasurement[];
}

export interface TakenMeasurement extends Measurement {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface RunStage {
  readonly name: string;
  readonly phase: StagePhase;
  readonly before: readonly RunGate[];
  readonly after: readonly RunGate[];
  readonly clusters: readonly RunCluster[];
  /** A person asked not to wait: timed waits, pauses and minSuccessTime are passed over; health is not. */
  readonly promoted?: true;
}

export type PauseReason = 'FailuresExceeded' | 'GateFailed' | 'Inconclusive' | 'Requested';

export interface Run {
  readonly exists: true;
  readonly run: string;
  readonly application: string;
  readonly release: string;
  readonly version: string;
  readonly revision: string;
  readonly strategy: Strategy;
  /** A run that goes back to an earlier release; it may pass a window that denies. */
  readonly rollback: boolean;
  readonly phase: RunPhase;
  readonly stages: readonly RunStage[];
  readonly paused?: { readonly reason: PauseReason; readonly message: string };
  /** The run takes every cluster that it moved back to what it had. */
  readonly rollingBack?: { readonly message: string; readonly passed: readonly Blocker[] };
  /** What keeps clusters from going on that are neither failing nor under way; empty when nothing does. */
  readonly waiting: readonly Blocker[];
  /** Holds, windows and dependencies do not stop this run: of all kinds where a person said so, else of those given. */
  readonly override?: {
    readonly by: string;
    readonly reason: string;
    readonly kinds?: readonly Blocker['kind'][];
  };
  /** Who is told of the run's course. */
  readonly callback?: Callback;
  /** Why the run is in a phase that a person asks about. */
  readonly reason?: string;
}

export type RunState = { readonly exists: false } | Run;

const OVER: ReadonlySet<RunPhase> = new Set(['Succeeded', 'Failed', 'Aborted', 'RolledBack', 'Superseded']);

export const isOver = (phase: RunPhase): boolean => OVER.has(phase);

/** Nothing is known against the release there: the cluster could not be reached, and is caught up when it can. */
export const awaitsReturn = ({ phase, failedFor }: RunCluster): boolean =>
  phase === 'SetAside' || (phase === 'Failed' && failedFor === 'Unreachable');
