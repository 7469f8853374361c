import { windowAt, type Window } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';
import type { WindowView } from './windows.operations';

export interface WindowRow {
  readonly name: string;
  readonly position: string;
  readonly record: Window & { readonly createdAt: string; readonly updatedAt: string };
}

/** By name; one row more than the page has. */
export const windowPage = async (pool: Pool, { limit, after }: Page): Promise<WindowRow[]> => {
  const { rows } = await pool.query<WindowRow>({
    name: 'window-page',
    text: `select w.name, w.position, w.record from read.windows w
           where not w.deleted and w.name > $1 order by w.name limit $2`,
    values: [after ?? '', limit + 1],
  });
  return rows;
};

export const windowByName = async (pool: Pool, name: string): Promise<WindowRow | undefined> => {
  const { rows } = await pool.query<WindowRow>({
    name: 'window-by-name',
    text: 'select w.name, w.position, w.record from read.windows w where not w.deleted and w.name = $1',
    values: [name],
  });
  return rows[0];
};

export const windowView =
  (now: number) =>
  ({ name, position, record }: WindowRow): WindowView => {
    const { kind, schedule, duration, timezone, applicationSelector, clusterSelector } = record;
    const { open, changesAt } = windowAt(record, now);
    return {
      name,
      kind,
      schedule,
      duration,
      timezone,
      ...(applicationSelector ? { applicationSelector } : {}),
      ...(clusterSelector ? { clusterSelector } : {}),
      open,
      changesAt: changesAt === undefined ? null : new Date(changesAt).toISOString(),
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      position: Number(position),
    };
  };
