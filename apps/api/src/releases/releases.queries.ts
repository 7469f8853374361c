import { warningsOf, type KubeObject } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';
import type { ReleaseView } from './releases.operations';

export interface ReleaseRow {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
  readonly images: Record<string, string>;
  readonly run: string;
  readonly run_phase: string | null;
  readonly restores: string | null;
  readonly actor: string;
  readonly reason: string | null;
  readonly created_at: Date;
  readonly position: string;
  /** Of the newest release only. */
  readonly objects: readonly KubeObject[] | null;
}

/** Newest first, with the manifests of the newest alone; one row more than the page has. `after` is a release's id. */
export const releasePage = async (
  pool: Pool,
  application: string,
  { limit, after }: Page,
): Promise<ReleaseRow[]> => {
  const { rows } = await pool.query<ReleaseRow>({
    name: 'release-page',
    text: `
      select l.id, l.version, l.revision, l.images, l.run, r.phase as run_phase, l.restores, l.actor, l.reason, l.created_at, l.position,
             case when l.id = a.state #>> '{release,id}' then l.objects end as objects
      from read.releases l join read.applications a on a.name = l.application left join read.runs r on r.id = l.run
      where l.application = $1
        and ($2::text is null
          or l.sequence < (select c.sequence from read.releases c where c.id = $2 and c.application = $1))
      order by l.sequence desc limit $3`,
    values: [application, after ?? null, limit + 1],
  });
  return rows;
};

export const releaseView = (row: ReleaseRow): ReleaseView => ({
  id: row.id,
  version: row.version,
  revision: row.revision,
  images: row.images,
  run: { id: row.run, phase: row.run_phase },
  ...(row.restores === null ? {} : { restores: row.restores }),
  actor: row.actor,
  ...(row.reason === null ? {} : { reason: row.reason }),
  createdAt: row.created_at.toISOString(),
  position: Number(row.position),
  ...(row.objects ? { warnings: warningsOf(row.objects) } : {}),
});
