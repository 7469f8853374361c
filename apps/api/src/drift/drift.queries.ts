import { targetStream, type DriftEnd } from '@keelson/domain';
import type { Pool } from 'pg';

/** What ended one detection of drift. */
export interface EndRow {
  /** Version of the detection in its stream. */
  readonly detected: number;
  readonly type: 'DriftDetected' | 'DriftCorrected' | 'ObjectsPruned';
  readonly how: DriftEnd | null;
  readonly pos: string;
  readonly at: string;
}

/** SQL: an object whatever version of its API it is named in, as `keyOf` does in the domain. */
const versionless = (object: string): string =>
  `jsonb_set(${object}, '{apiVersion}', to_jsonb(regexp_replace(${object} ->> 'apiVersion', '/?[^/]*$', '')))`;

/**
 * The next event after each detection that is about the same object: from index to index of the stream, so that a long
 * history costs a page no more than a short one.
 */
export const endsOf = async (
  pool: Pool,
  application: string,
  cluster: string,
  versions: readonly number[],
): Promise<EndRow[]> => {
  const { rows } = await pool.query<EndRow>({
    name: 'ends-of-drift',
    text: `
      select d.version as detected, e.type, e.data ->> 'how' as how, l.pos,
             to_char(e.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from events d
      cross join lateral (
        select n.seq, n.type, n.data, n.recorded_at from events n
        where n.stream_id = d.stream_id and n.version > d.version
          and (n.type in ('DriftDetected', 'DriftCorrected')
                 and ${versionless(`(n.data -> 'object')`)} = ${versionless(`(d.data -> 'object')`)}
               or n.type = 'ObjectsPruned' and exists (
                 select from jsonb_array_elements(n.data -> 'objects') o
                 where ${versionless('o')} = ${versionless(`(d.data -> 'object')`)}))
        order by n.version limit 1
      ) e
      join event_log l on l.seq = e.seq
      where d.stream_id = $1 and d.version = any($2)`,
    values: [targetStream(application, cluster), versions],
  });
  return rows;
};

/** Whether there is such a target, or was one: its history stays. */
export const targetIsKnown = async (pool: Pool, application: string, cluster: string): Promise<boolean> => {
  const { rows } = await pool.query<{ known: boolean }>({
    name: 'target-is-known',
    text: `select exists (select from read.targets where application = $1 and cluster = $2)
               or exists (select from events where stream_id = $3) as known`,
    values: [application, cluster, targetStream(application, cluster)],
  });
  return rows[0]?.known ?? false;
};
