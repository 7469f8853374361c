import { isOver, type PauseReason, type Run, type RunPhase } from '../state';

/** A run's phase as far as actions look at it: what it is paused for matters, how it ended does not. */
export type Situation =
  | 'Pending'
  | 'Progressing'
  | 'AwaitingApproval'
  | 'Baking'
  | 'Verifying'
  | `Paused: ${PauseReason}`
  | 'RollingBack'
  | 'over';

export const SITUATIONS: readonly Situation[] = [
  'Pending',
  'Progressing',
  'AwaitingApproval',
  'Baking',
  'Verifying',
  'Paused: Requested',
  'Paused: FailuresExceeded',
  'Paused: GateFailed',
  'Paused: Inconclusive',
  'RollingBack',
  'over',
];

export const situationOf = ({ phase, paused }: Run): Situation => {
  if (isOver(phase)) return 'over';
  if (phase === 'Paused') return `Paused: ${paused?.reason ?? 'Requested'}`;
  return phase as Exclude<
    RunPhase,
    'Paused' | 'Succeeded' | 'Failed' | 'Aborted' | 'RolledBack' | 'Superseded'
  >;
};
