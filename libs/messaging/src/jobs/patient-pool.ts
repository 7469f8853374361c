import { setTimeout as delay } from 'node:timers/promises';
import type { PgPool } from 'bullmq';
import type { Pool } from 'pg';
import { backoff } from '../waiting';

const tries = 4;
const retry = { base: 50, max: 1_000 };

/**
 * A pool whose queries survive a connection that is cut under them.
 *
 * BullMQ on Redis has this from its client; on PostgreSQL it gives such a query up. A job whose completion
 * is given up stays active, and its key blocked, until its lock has expired: 35 s at worst. That a query
 * runs twice does no harm: an addition is coalesced, a completion finds the job gone, and a job that was
 * taken without an answer is taken up again by the stalled check.
 */
export function patientPool(pool: Pool): PgPool {
  const patient: PgPool = {
    query: async <Row>(text: string, parameters: readonly unknown[] = []) => {
      const { rows, rowCount } = await retrying(() => pool.query(text, [...parameters]));
      // Which rows a query gives is the caller's to know.
      return { rows: rows as Row[], rowCount };
    },
    connect: () => pool.connect(),
    end: () => pool.end(),
    on: (event: 'error' | 'connect', listener: (argument: never) => void) => {
      pool.on(event as 'error', listener as (error: Error) => void);
      return patient;
    },
    removeAllListeners: (event?: string) => {
      pool.removeAllListeners(event);
      return patient;
    },
  };
  return patient;
}

async function retrying<Result>(query: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await query();
    } catch (error) {
      if (attempt + 1 === tries || !isCutConnection(error)) throw error;
      await delay(backoff(attempt, retry));
    }
  }
}

/** SQLSTATE class 08 and 57P01–57P03 (shutting down, crashed, starting up), or the socket itself. */
export function isCutConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(08...|57P0[123]|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT)$/.test(code) ||
    error.message.startsWith('Connection terminated')
  );
}
