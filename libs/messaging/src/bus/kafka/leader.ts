import { Client } from 'pg';
import { reasonOf, type Logger } from '../../logger';
import { backoff, pause } from '../../waiting';

/** First key of our advisory locks ("keel" in ASCII); the second tells the topics apart. */
const lockSpace = 0x6b65656c;
const electionPauseMs = 2_000;
const retry = { base: 200, max: 10_000 };

export interface Leadership {
  /** The connection that holds the lock: leading ends with it. */
  readonly client: Client;
  /** Fires when the lock is lost or the caller stops. */
  readonly signal: AbortSignal;
}

/**
 * Runs `lead` while this process holds the advisory lock of that name, and again whenever it is regained,
 * until `signal` fires.
 *
 * The lock is tried every 2 s and not waited for with pg_advisory_lock: a statement that waits keeps its
 * snapshot, and with it the vacuum horizon, for as long as another process leads.
 */
export async function leadWhile(
  options: { database: string; name: string; logger: Logger; signal: AbortSignal },
  lead: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const { signal, name, logger } = options;
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await oneTerm(options, async (leadership) => {
        attempt = 0;
        await lead(leadership);
      });
    } catch (error) {
      if (!signal.aborted) logger.warn({ name, error: reasonOf(error) }, 'leadership lost, trying again');
    }
    await pause(backoff(attempt, retry), signal);
  }
}

async function oneTerm(
  { database, name, signal }: { database: string; name: string; signal: AbortSignal },
  lead: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const client = new Client({ connectionString: database, keepAlive: true, application_name: name });
  const ended = new AbortController();
  client.on('error', (error) => ended.abort(error));
  client.on('end', () => ended.abort());
  try {
    await client.connect();
    const either = AbortSignal.any([signal, ended.signal]);
    while (!either.aborted && !(await tryLock(client, name))) await pause(electionPauseMs, either);
    if (!either.aborted) await lead({ client, signal: either });
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function tryLock(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1, hashtext($2)) as held',
    [lockSpace, name],
  );
  return rows[0]?.held === true;
}
