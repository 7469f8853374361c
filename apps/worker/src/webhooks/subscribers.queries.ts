import type { Callback } from '@keelson/domain';
import type { Pool } from 'pg';

/** Names of the subscribers of which something changed after `since`; of 0, of all that have anything left to be told. */
export const changedSubscribers = async (pool: Pool, since: number): Promise<string[]> => {
  const { rows } = await pool.query<{ name: string }>({
    name: since === 0 ? 'callback-subscribers' : 'changed-callback-subscribers',
    text:
      since === 0
        ? `select 'webhook/' || name as name from read.webhooks
             where not deleted or exists (select from callback_cursors c where c.subscriber = 'webhook/' || name)
           union all
           select 'run/' || r.id from read.runs r
             left join callback_cursors c on c.subscriber = 'run/' || r.id
             where r.callback is not null and (c.done is not true or exists (
               select from callback_deliveries d where d.subscriber = c.subscriber and d.phase = 'Pending'))`
        : `select 'webhook/' || name as name from read.webhooks where position > $1
           union all
           select 'run/' || id from read.runs where callback is not null and position > $1`,
    values: since === 0 ? [] : [since],
  });
  return rows.map(({ name }) => name);
};

export interface CalledRun {
  readonly application: string;
  readonly callback: Callback;
  readonly over: boolean;
  /** Of the event that changed it last. */
  readonly position: number;
}

export const calledRun = async (pool: Pool, run: string): Promise<CalledRun | undefined> => {
  const { rows } = await pool.query<Omit<CalledRun, 'position'> & { position: string }>({
    name: 'callback-run',
    text: 'select application, callback, over, position from read.runs where id = $1 and callback is not null',
    values: [run],
  });
  const [row] = rows;
  return row && { ...row, position: Number(row.position) };
};
