import { DatabaseError, type Pool, type PoolClient } from 'pg';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const LOCK_NOT_AVAILABLE = '55P03';

export class LockedError extends Error {
  override readonly name = 'LockedError';
}

/** One snapshot with search_path on the schema, for reading: it takes no transaction id, so it holds nobody up. */
export const readingSchema = async <Result>(
  pool: Pool,
  schema: string,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> => {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query(
      `begin isolation level repeatable read read only; set local search_path to "${schema}", public`,
    );
    return await work(client);
  } finally {
    await client.query('rollback').catch(() => (broken = true));
    client.release(broken);
  }
};

/**
 * One transaction with search_path on the schema. Not flushed at commit: a read model lost in a crash is made again
 * from the log, whose own commits are flushed. Answers undefined when `work` answers 'rollback'.
 * @throws LockedError when another transaction has a lock for longer than `lockMs`; by default it is waited for
 */
export const inSchema = async <Result>(
  pool: Pool,
  schema: string,
  work: (client: PoolClient) => Promise<Result | 'rollback'>,
  lockMs = 0,
): Promise<Result | undefined> => {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query(
      `begin; set local synchronous_commit = off; set local lock_timeout = ${lockMs}; set local search_path to "${schema}", public`,
    );
    const result = await work(client);
    await client.query(result === 'rollback' ? 'rollback' : 'commit');
    return result === 'rollback' ? undefined : result;
  } catch (error) {
    await client.query('rollback').catch(() => (broken = true));
    if (error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE)
      throw new LockedError('another transaction has the lock', { cause: error });
    throw error;
  } finally {
    client.release(broken);
  }
};
