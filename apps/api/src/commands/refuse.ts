import { reject, type Decider, type DomainEvent, type Rejection } from '@keelson/domain';
import type { CommandUnit } from '@keelson/event-store';

const refusal: Decider<null, Rejection, DomainEvent> = {
  initial: null,
  decide: (_, { kind, code, message, errors }) => reject(kind, code, message, errors),
  evolve: (state) => state,
};

/**
 * Ends a unit with a refusal of the handler's own. A thrown error would be final, but what a unit loaded may come from
 * a cache that another process has made stale: a decider's rejection is first looked at again with fresh state.
 */
export const refuse = async (unit: CommandUnit, stream: string, rejection: Rejection): Promise<never> => {
  await unit.decide(refusal, `${stream}#refusal`, rejection);
  throw new Error('a refused unit went on');
};
