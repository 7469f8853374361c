import type { Decider } from '../kernel/decider';
import type { TargetCommand } from './commands';
import { decideTarget } from './decide';
import { driftDecider } from './drift';
import type { TargetEvent } from './events';
import { evolveTarget } from './evolve';
import type { TargetState } from './state';

export * from './commands';
export * from './drift';
export * from './events';
export * from './flapping';
export * from './gist';
export * from './phase';
export * from './state';

export const targetDecider: Decider<TargetState, TargetCommand, TargetEvent> = {
  initial: { appliedGeneration: 0, delays: {}, strays: [], ...driftDecider.initial },
  decide: decideTarget,
  evolve: evolveTarget,
};

export const targetStream = (application: string, cluster: string): string =>
  `target/${application}/${cluster}`;
