import type { LogFilter } from '../types';

/** `name` is the same for the same set of filters, so that PostgreSQL prepares each set once a connection. */
export interface LogQuery {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** No append takes so long: what was recorded before `to` has its position by then. */
const LATEST_SEAL = '10 minutes';

type Field = keyof Omit<LogFilter, 'after' | 'limit'>;

/** The expressions are those of the indexes in migrations/0001, to the letter. */
const conditions: Record<Field, (parameter: string) => string> = {
  upTo: (p) => `l.pos <= ${p}::bigint`,
  // What was recorded before `from` and lies before it in the log is left out by position, without a look at it.
  from: (p) => `e.recorded_at >= ${p} and l.pos > position_at(${p}::timestamptz - interval '1 ms')`,
  to: (p) => `e.recorded_at <= ${p} and l.pos <= position_at(${p}::timestamptz + interval '${LATEST_SEAL}')`,
  stream: (p) => `e.stream_id = ${p}`,
  application: (p) => `e.data ->> 'application' = ${p}`,
  cluster: (p) => `e.data ->> 'cluster' = ${p}`,
  run: (p) => `e.data ->> 'run' = ${p}`,
  actor: (p) => `e.meta ->> 'actor' = ${p}`,
  type: (p) => `e.type = ${p}`,
};
const fields = Object.keys(conditions) as Field[];

const defaultLimit = 500;

/**
 * Streams and runs are short: their events are found first, all of them, and then put in order. Left to itself the
 * planner walks the log by position for them as soon as it plans for a value that it does not know (1.0 s at a million
 * events).
 */
const SHORT: ReadonlySet<Field> = new Set<Field>(['stream', 'run']);

/** Position order, from `after` on. */
export const logQuery = (filter: LogFilter): LogQuery => {
  const used = fields.filter((field) => filter[field] !== undefined);
  const values: unknown[] = [filter.after ?? 0, filter.limit ?? defaultLimit];
  const where = used.map((field) => ({
    field,
    condition: conditions[field](`$${values.push(filter[field])}`),
  }));
  const first = where.filter(({ field }) => SHORT.has(field)).map(({ condition }) => condition);
  const then = where.filter(({ field }) => !SHORT.has(field)).map(({ condition }) => condition);
  // `offset 0` keeps the planner from taking the subquery apart.
  const events =
    first.length > 0 ? `(select * from events e where ${first.join(' and ')} offset 0)` : 'events';
  return {
    name: ['read_log', ...used].join('_'),
    text: `select l.pos, e.canonical, encode(e.hash, 'hex') as hash
      from event_log l join ${events} e on e.seq = l.seq
      where ${['l.pos > $1::bigint', ...then].join(' and ')}
      order by l.pos limit $2`,
    values,
  };
};
