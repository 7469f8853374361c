import type { Pool } from 'pg';

export interface LogLags {
  /** Newest position. */
  readonly head: number;
  readonly projections: readonly { readonly name: string; readonly position: number }[];
}

/** How far the log is and how far each subscriber has come, in one statement, so that no lag is negative. */
export const logLags = async (pool: Pool): Promise<LogLags> => {
  const { rows } = await pool.query<{ head: string; name: string | null; pos: string | null }>({
    name: 'log-lags',
    text: 'select h.pos as head, c.name, c.pos from log_head h left join checkpoints c on true order by c.name',
  });
  const head = Number(rows[0]?.head ?? 0);
  return {
    head,
    projections: rows.flatMap(({ name, pos }) =>
      name === null || pos === null ? [] : [{ name, position: Math.min(Number(pos), head) }],
    ),
  };
};
