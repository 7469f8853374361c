import type { Hold } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';
import type { HoldView } from './holds.operations';

export interface HoldRow {
  readonly id: string;
  readonly position: string;
  readonly record: Hold & {
    readonly placedAt: string;
    readonly released?: { readonly by: string; readonly at: string; readonly reason?: string };
  };
}

export interface HoldFilter {
  readonly application?: string | undefined;
  readonly cluster?: string | undefined;
  readonly project?: string | undefined;
  readonly phase: 'Held' | 'Released';
}

/** By id; one row more than the page has. A filter finds the holds whose scope names it, not all that cover it. */
export const holdPage = async (
  pool: Pool,
  { application, cluster, project, phase }: HoldFilter,
  { limit, after }: Page,
): Promise<HoldRow[]> => {
  const { rows } = await pool.query<HoldRow>({
    name: 'hold-page',
    text: `
      select h.id, h.position, h.record from read.holds h
      where h.released = $1 and h.id > $2
        and ($3::text is null or h.application = $3)
        and ($4::text is null or h.cluster = $4)
        and ($5::text is null or h.project = $5)
      order by h.id limit $6`,
    values: [
      phase === 'Released',
      after ?? '',
      application ?? null,
      cluster ?? null,
      project ?? null,
      limit + 1,
    ],
  });
  return rows;
};

export const holdById = async (pool: Pool, id: string): Promise<HoldRow | undefined> => {
  const { rows } = await pool.query<HoldRow>({
    name: 'hold-by-id',
    text: 'select h.id, h.position, h.record from read.holds h where h.id = $1',
    values: [id],
  });
  return rows[0];
};

export const holdView = ({ id, position, record }: HoldRow): HoldView => {
  const { application, cluster, project, owner, reason, placedAt, released } = record;
  return {
    id,
    scope: {
      ...(application === undefined ? {} : { application }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(project === undefined ? {} : { project }),
    },
    owner,
    reason,
    phase: released ? 'Released' : 'Held',
    placedAt,
    released: released ?? null,
    position: Number(position),
  };
};
