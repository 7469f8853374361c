import { Pool } from 'pg';
import type { Client } from '../world/client';
import type { LogEvent, LogFollower } from '../world/log-follower';

/** The log itself: gapless, what was seen of it stayed, and its own verifier finds nothing broken. */
export const checkLog = async (
  log: LogFollower,
  whole: readonly LogEvent[],
  client: Client,
): Promise<string[]> => {
  const found: string[] = [];
  const gap = whole.findIndex(({ position }, index) => position !== index + 1);
  if (gap >= 0) found.push(`position ${gap + 1} is not in the log: ${whole[gap]?.position} follows ${gap}`);
  const taken = log.events.find(({ position, id }) => whole[position - 1]?.id !== id);
  if (taken)
    found.push(`position ${taken.position} was ${taken.type} (${taken.id}) once, and is not any more`);
  const verified = await client.get('/audit/verify');
  if (verified.ok !== true) found.push(`the hash chain is broken: ${JSON.stringify(verified)}`);
  else if (verified.checked < whole.length)
    found.push(`only ${verified.checked} of ${whole.length} were verified`);
  return found;
};

/** Connections that are left when every process has ended in order. */
export const checkConnections = async (url: string): Promise<string[]> => {
  const pool = new Pool({ connectionString: url, max: 1, application_name: 'chaos' });
  try {
    const { rows } = await pool.query<{ name: string; query: string }>(
      `select application_name as name, query from pg_stat_activity
       where backend_type = 'client backend' and application_name not in ('chaos', 'keelson owner')`,
    );
    return rows.map(({ name, query }) => `a connection is left: ${name} ${query}`);
  } finally {
    await pool.end();
  }
};
