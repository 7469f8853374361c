import type { Pool } from 'pg';

export interface Cause {
  /** null while it waits for the sealer, which is a matter of milliseconds. */
  readonly position: number | null;
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly actor: string;
}

/** The events with these ids, for all of them at once. */
export const causesById = async (pool: Pool, ids: readonly string[]): Promise<ReadonlyMap<string, Cause>> => {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<{
    id: string;
    type: string;
    stream: string;
    actor: string;
    pos: string | null;
  }>({
    name: 'causes-by-id',
    text: `
      select e.event_id as id, e.type, e.stream_id as stream, e.meta ->> 'actor' as actor, l.pos
      from events e left join event_log l on l.seq = e.seq
      where e.event_id = any($1::uuid[])`,
    values: [ids],
  });
  return new Map(
    rows.map(({ pos, ...cause }) => [cause.id, { ...cause, position: pos === null ? null : Number(pos) }]),
  );
};
