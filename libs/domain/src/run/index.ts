import type { Decider } from '../kernel/decider';
import type { RunCommand } from './commands';
import { decideRun } from './decide';
import type { RunEvent } from './events';
import { evolveRun } from './evolve';
import type { RunState } from './state';

export { wakeAt } from './advance';
export * from './commands';
export * from './events';
export * from './state';

export const runDecider: Decider<RunState, RunCommand, RunEvent> = {
  initial: { exists: false },
  decide: decideRun,
  evolve: evolveRun,
};

export const runStream = (run: string): string => `run/${run}`;
