import type { Decider } from '../kernel/decider';
import type { RunCommand } from './commands';
import { decideRun } from './decide';
import type { RunEvent } from './events';
import { evolveRun } from './evolve';
import type { RunState } from './state';

export { ACTION_TABLE, type ActionRule } from './act/action-table';
export { admits, type Admission } from './act/admits';
export { situationOf, SITUATIONS, type Situation } from './act/situation';
export * from './actions';
export { advance } from './advance';
export * from './blockers';
export * from './commands';
export { wholePace } from './engine/pace';
export { dueMeasurements, type DueMeasurement } from './due-measurements';
export * from './events';
export * from './state';
export { wakeAt } from './wake-at';

export const runDecider: Decider<RunState, RunCommand, RunEvent> = {
  initial: { exists: false },
  decide: decideRun,
  evolve: evolveRun,
};

export const runStream = (run: string): string => `run/${run}`;
