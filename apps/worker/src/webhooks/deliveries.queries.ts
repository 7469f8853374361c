import type { Pool } from 'pg';

/** How far a subscriber's part of the log was looked through. */
export interface Cursor {
  /** Events of the subscriber's own stream that were heeded. */
  readonly version: number;
  /** Everything up to here was looked at. */
  readonly position: number;
  /** Nothing will come any more. */
  readonly done: boolean;
}

export const cursorOf = async (pool: Pool, subscriber: string): Promise<Cursor | undefined> => {
  const { rows } = await pool.query<{ version: number; pos: string; done: boolean }>({
    name: 'callback-cursor',
    text: 'select version, pos, done from callback_cursors where subscriber = $1',
    values: [subscriber],
  });
  const [row] = rows;
  return row && { version: row.version, position: Number(row.pos), done: row.done };
};

export interface NewDelivery {
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly messageType: string;
  readonly stream: string;
}

/** What a look at the log came to. */
export interface Intake {
  readonly cursor: Cursor;
  readonly deliveries: readonly NewDelivery[];
  /** What is still to be delivered from this position on comes again. */
  readonly replayedFrom?: number;
  /** Deliveries that are wanted once more. */
  readonly again: readonly number[];
}

/**
 * Notes the deliveries and moves the cursor, both or neither. False, and nothing is changed, when the cursor is not at
 * `before` any more: another worker was here.
 */
export const noteIntake = async (
  pool: Pool,
  subscriber: string,
  before: Cursor | undefined,
  { cursor, deliveries, replayedFrom, again }: Intake,
): Promise<boolean> => {
  const { rowCount } = await pool.query({
    name: 'note-callback-intake',
    text: `
      with moved as (
        insert into callback_cursors as c (subscriber, version, pos, done) values ($1, $2, $3, $4)
        on conflict (subscriber) do update set version = excluded.version, pos = excluded.pos, done = excluded.done
        where c.version = $5 and c.pos = $6
        returning subscriber
      ), overtaken as (
        delete from callback_deliveries d using moved
        where d.subscriber = moved.subscriber and d.phase = 'Pending' and d.pos >= $7
      ), again as (
        update callback_deliveries d set phase = 'Pending', due_at = now() from moved
        where d.subscriber = moved.subscriber and d.id = any($8::bigint[])
      ), added as (
        insert into callback_deliveries (subscriber, pos, event_id, type, message, stream)
        select moved.subscriber, (r ->> 'position')::bigint, (r ->> 'eventId')::uuid, r ->> 'type', r ->> 'messageType',
               r ->> 'stream'
        from moved, jsonb_array_elements($9::jsonb) with ordinality as x (r, i) order by i
      )
      select from moved`,
    values: [
      subscriber,
      cursor.version,
      cursor.position,
      cursor.done,
      before?.version,
      before?.position,
      replayedFrom,
      again,
      JSON.stringify(deliveries),
    ],
  });
  return rowCount === 1;
};

/** Its webhook was deleted. */
export const forgetSubscriber = async (pool: Pool, subscriber: string): Promise<void> => {
  await pool.query({
    name: 'forget-callback-subscriber',
    text: `with gone as (delete from callback_deliveries where subscriber = $1)
           delete from callback_cursors where subscriber = $1`,
    values: [subscriber],
  });
};

export interface DueDelivery {
  readonly id: number;
  readonly position: number;
  readonly messageType: string;
  readonly stream: string;
  readonly attempts: number;
  /** Milliseconds since it was noted. */
  readonly age: number;
}

/**
 * The deliveries that are due, oldest first. They are ours for `leaseMs`: nobody else takes them meanwhile, and whoever
 * comes after a crash takes them then.
 */
export const takeDue = async (
  pool: Pool,
  subscriber: string,
  limit: number,
  leaseMs: number,
): Promise<DueDelivery[]> => {
  const { rows } = await pool.query<{
    id: string;
    pos: string;
    message: string;
    stream: string;
    attempts: number;
    age: number;
  }>({
    name: 'take-due-callbacks',
    text: `
      update callback_deliveries d set due_at = now() + $3 * interval '1 ms'
      where d.id in (
        select id from callback_deliveries where subscriber = $1 and phase = 'Pending' and due_at <= now()
        order by pos, id limit $2 for update skip locked)
      returning d.id, d.pos, d.message, d.stream, d.attempts,
                (1000 * extract(epoch from now() - d.created_at))::float8 as age`,
    values: [subscriber, limit, leaseMs],
  });
  return rows
    .map(({ id, pos, message, ...rest }) => ({
      ...rest,
      id: Number(id),
      position: Number(pos),
      messageType: message,
    }))
    .sort((a, b) => a.position - b.position || a.id - b.id);
};

/** As it is kept and shown. */
export interface Attempt {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Milliseconds that it took. */
  readonly ms: number;
  readonly status?: number;
  /** The beginning of what was answered. */
  readonly response?: string;
  /** Why there was no answer. */
  readonly error?: string;
}

export type DeliveryPhase = 'Pending' | 'Delivered' | 'Failed';

const KEPT_ATTEMPTS = 20;

export const noteAttempt = async (
  pool: Pool,
  id: number,
  { attempt, phase, againMs }: { attempt: Attempt; phase: DeliveryPhase; againMs: number },
): Promise<void> => {
  await pool.query({
    name: 'note-callback-attempt',
    text: `
      update callback_deliveries set
        attempts = attempts + 1, phase = $2, due_at = now() + $3 * interval '1 ms',
        history = (
          select jsonb_agg(newest.attempt order by newest.i)
          from (select x.attempt, x.i from jsonb_array_elements(history || $4::jsonb) with ordinality as x (attempt, i)
                order by x.i desc limit ${KEPT_ATTEMPTS}) newest)
      where id = $1`,
    values: [id, phase, againMs, JSON.stringify([attempt])],
  });
};

/** They were taken and not tried. */
export const giveBack = async (pool: Pool, ids: readonly number[]): Promise<void> => {
  if (ids.length === 0) return;
  await pool.query({
    name: 'give-callbacks-back',
    text: `update callback_deliveries set due_at = now() where id = any($1::bigint[]) and phase = 'Pending'`,
    values: [ids],
  });
};

/** Milliseconds until the next delivery is due; undefined when none is pending. */
export const untilDue = async (pool: Pool, subscriber: string): Promise<number | undefined> => {
  const { rows } = await pool.query<{ ms: number | null }>({
    name: 'until-callbacks-due',
    text: `select (1000 * extract(epoch from min(due_at) - now()))::float8 as ms
           from callback_deliveries where subscriber = $1 and phase = 'Pending'`,
    values: [subscriber],
  });
  const ms = rows[0]?.ms ?? undefined;
  return ms === undefined ? undefined : Math.max(0, ms);
};

/** Deliveries that are over for longer than `days`; how many. */
export const forgetDeliveries = async (pool: Pool, days: number): Promise<number> => {
  const { rowCount } = await pool.query(
    `delete from callback_deliveries where phase <> 'Pending' and created_at < now() - make_interval(days => $1)`,
    [days],
  );
  return rowCount ?? 0;
};
