import type { Decider } from '../kernel/decider';
import type { ApplicationCommand } from './commands';
import { decideApplication } from './decide';
import type { ApplicationEvent } from './events';
import { evolveApplication } from './evolve';
import type { ApplicationState } from './state';

export * from './commands';
export * from './definition';
export * from './validate-ignored-fields';
export * from './events';
export * from './state';

export const applicationDecider: Decider<ApplicationState, ApplicationCommand, ApplicationEvent> = {
  initial: { exists: false, sequence: 0 },
  decide: decideApplication,
  evolve: evolveApplication,
};

export const applicationStream = (application: string): string => `application/${application}`;
