import { applicationStream, type PastRelease } from '@keelson/domain';
import type { Pool } from 'pg';

/**
 * What was released since the application was defined, in order. From the log and not from the read model, which may be
 * behind what the client has just done; what an application of the same name had before it was deleted is not its own.
 */
export const releaseHistory = async (pool: Pool, application: string): Promise<PastRelease[]> => {
  const { rows } = await pool.query<{ data: Omit<PastRelease, 'position'>; pos: string | null }>({
    name: 'release-history',
    text: `
      select e.data, l.pos
      from events e left join event_log l on l.seq = e.seq
      where e.stream_id = $1 and e.type = 'ReleaseRequested'
        and e.version > (select coalesce(max(d.version), 0) from events d
                         where d.stream_id = $1 and d.type = 'ApplicationDefined')
      order by e.version`,
    values: [applicationStream(application)],
  });
  return rows.map(({ data: { release, version, revision, run }, pos }) => ({
    release,
    version,
    revision,
    run,
    ...(pos === null ? {} : { position: Number(pos) }),
  }));
};

/** The last run of the application that had succeeded at the position. */
export const runSettledAt = async (
  pool: Pool,
  application: string,
  position: number,
): Promise<string | undefined> => {
  const { rows } = await pool.query<{ run: string }>({
    name: 'run-settled-at',
    text: `
      select e.data ->> 'run' as run
      from events e join event_log l on l.seq = e.seq
      where e.data ->> 'application' = $1 and e.type = 'RunSucceeded' and l.pos <= $2
      order by l.pos desc limit 1`,
    values: [application, position],
  });
  return rows[0]?.run;
};
