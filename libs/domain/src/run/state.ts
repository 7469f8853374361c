import type { Strategy } from '../strategy';

export type RunPhase = 'Pending' | 'Progressing' | 'Paused' | 'Succeeded' | 'Aborted' | 'Superseded';
export type StepPhase = 'Pending' | 'Progressing' | 'Succeeded' | 'Failed';

export interface RunCluster {
  readonly name: string;
  readonly phase: StepPhase;
  /** Milliseconds since the epoch; set when the cluster was told to move. */
  readonly startedAt?: number;
  readonly message?: string;
}

export interface RunStage {
  readonly name: string;
  readonly phase: Exclude<StepPhase, 'Failed'>;
  readonly clusters: readonly RunCluster[];
}

export interface Run {
  readonly exists: true;
  readonly run: string;
  readonly application: string;
  readonly release: string;
  readonly version: string;
  readonly revision: string;
  readonly strategy: Strategy;
  readonly phase: RunPhase;
  readonly stages: readonly RunStage[];
  /** Why the run is in a phase that a person asks about. */
  readonly reason?: string;
}

export type RunState = { readonly exists: false } | Run;

/** Stage for clusters that the strategy names nowhere; it comes last. */
export const REMAINDER = 'unlisted';

export const isOver = (phase: RunPhase): boolean =>
  phase === 'Succeeded' || phase === 'Aborted' || phase === 'Superseded';
