import type { AuditEvent } from '../api/types';
import { table } from '../output/table';

/** One event on one line: when, where, who, what, why. */
export const eventLine = (event: AuditEvent): string =>
  [
    String(event.position).padStart(6),
    event.at,
    event.actor,
    event.type,
    event.stream,
    event.reason ? `(${event.reason})` : '',
  ]
    .join('  ')
    .trimEnd();

export const eventTable = (events: readonly AuditEvent[]): string =>
  events.length === 0
    ? 'no events'
    : table(
        ['POSITION', 'AT', 'ACTOR', 'TYPE', 'STREAM', 'REASON'],
        events.map((event) => [
          String(event.position),
          event.at,
          event.actor,
          event.type,
          event.stream,
          event.reason ?? '',
        ]),
      );
