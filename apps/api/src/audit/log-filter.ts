import type { LogFilter, RecordedEvent } from '@keelson/event-store';

/** What a client may ask of the log. */
export type EventFilter = Pick<
  LogFilter,
  'application' | 'cluster' | 'run' | 'actor' | 'type' | 'from' | 'to' | 'after'
>;

/** The same question as `LogReader.read` answers, asked of one event that is at hand already. */
export const matches = (filter: EventFilter, event: RecordedEvent): boolean => {
  const { application, cluster, run, actor, type, from, to } = filter;
  const data = event.data as Readonly<Record<string, unknown>>;
  return (
    (application === undefined || data.application === application) &&
    (cluster === undefined || data.cluster === cluster) &&
    (run === undefined || data.run === run) &&
    (actor === undefined || event.meta.actor === actor) &&
    (type === undefined || event.type === type) &&
    (from === undefined || Date.parse(event.recordedAt) >= from.getTime()) &&
    (to === undefined || Date.parse(event.recordedAt) <= to.getTime())
  );
};
