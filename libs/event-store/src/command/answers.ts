import type { Pool } from 'pg';
import type { LogReader } from '../read/log-reader';
import type { StoredAnswer } from '../types';

/** What was answered to the request with this key, with its position, or undefined if there was none. */
export const findAnswer = async (
  pool: Pool,
  log: LogReader,
  scope: string,
  key: string,
): Promise<StoredAnswer | undefined> => {
  const { rows } = await pool.query<{
    request_hash: string;
    answer: unknown;
    seq: string;
    pos: string | null;
  }>({
    name: 'find_answer',
    text: `select k.request_hash, k.answer, k.seq, l.pos
      from idempotency_keys k left join event_log l on l.seq = k.seq where k.scope = $1 and k.key = $2`,
    values: [scope, key],
  });
  const [row] = rows;
  if (!row) return undefined;
  const seq = Number(row.seq);
  // Answered a moment ago: its events wait for the sealer, as its first caller does.
  const position = row.pos === null ? (seq === 0 ? 0 : await log.awaitSealed(seq)) : Number(row.pos);
  return { requestHash: row.request_hash, answer: row.answer, position };
};

/** Forgets answers older than `days`; how many. */
export const forgetAnswers = async (pool: Pool, days: number): Promise<number> => {
  const { rowCount } = await pool.query(
    `delete from idempotency_keys where recorded_at < now() - make_interval(days => $1)`,
    [days],
  );
  return rowCount ?? 0;
};
