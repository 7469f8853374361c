import type { LogReader } from '@keelson/event-store';
import { FLEET_EVENT_TYPES } from '@keelson/worker';
import { StartFailure } from './failure';

/**
 * Throws a StartFailure when the log has events that this version cannot fold: it would leave them out, show a fleet
 * that is not so, and act on it.
 */
export const assertEventsKnown = async (log: Pick<LogReader, 'eventTypes'>): Promise<void> => {
  const unknown = (await log.eventTypes()).filter((type) => !FLEET_EVENT_TYPES.has(type));
  if (unknown.length === 0) return;
  throw new StartFailure(
    `the log has events that this version does not know (${unknown.join(', ')}): ` +
      'a newer version of Keelson wrote them; start that one',
  );
};
