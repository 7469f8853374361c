import type { Pool } from 'pg';
import { eventId } from '../append/encode';
import { parseStreamRow, type StreamRow } from '../read/parse';
import type { Upcasters } from '../read/upcasters';
import type { StreamEvent } from '../types';

export interface FirstOutcome {
  readonly events: readonly StreamEvent[];
  readonly lastSeq: number;
}

/** What the command recorded when it was executed before, if it was: all of it lies in one transaction. */
export const firstOutcome = async (
  pool: Pool,
  upcasters: Upcasters,
  commandId: string,
): Promise<FirstOutcome | undefined> => {
  const { rows } = await pool.query<StreamRow & { seq: string }>({
    name: 'first_outcome',
    text: `select x.seq, x.canonical, encode(x.hash, 'hex') as hash
      from events f join events x on x.tx = f.tx and x.meta ->> 'commandId' = f.meta ->> 'commandId'
      where f.event_id = $1 order by x.seq`,
    values: [eventId(commandId, 0)],
  });
  const last = rows.at(-1);
  return last && { events: rows.map((row) => parseStreamRow(row, upcasters)), lastSeq: Number(last.seq) };
};
