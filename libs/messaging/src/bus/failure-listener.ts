import { reasonOf, type Logger } from '../logger';
import type { SubscribeOptions } from './event-bus';

/** Who hears of a subscription's failures: its owner where it listens, else the log. */
export const failureListener = (
  { name, onError }: Pick<SubscribeOptions, 'name' | 'onError'>,
  logger: Logger,
): ((error: unknown) => void) =>
  onError ??
  ((error) => logger.warn({ subscription: name, error: reasonOf(error) }, 'batch failed, trying again'));
