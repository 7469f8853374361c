import type { ClientBase } from 'pg';
import { channels } from '../signals/listener';

export interface Checkpoint {
  readonly version: number;
  readonly position: number;
}

export const readCheckpoint = async (
  client: { query: ClientBase['query'] },
  name: string,
): Promise<Checkpoint | undefined> => {
  const { rows } = await client.query<{ version: number; pos: string }>({
    name: 'read_checkpoint',
    text: 'select version, pos from public.checkpoints where name = $1',
    values: [name],
  });
  return rows[0] && { version: rows[0].version, position: Number(rows[0].pos) };
};

/**
 * Moves the checkpoint if it still is where we think: whoever comes second finds it moved, and does nothing.
 * Tells other processes when the transaction commits.
 */
export const moveCheckpoint = async (
  client: ClientBase,
  name: string,
  { version, position }: Checkpoint,
  to: number,
): Promise<boolean> => {
  const { rowCount } = await client.query({
    name: 'move_checkpoint',
    text: `with moved as (
        update public.checkpoints set pos = $4, updated_at = now()
        where name = $1 and version = $2 and pos = $3 returning name, pos
      )
      select pg_notify('${channels.projection}', name || ':' || pos) from moved`,
    values: [name, version, position, to],
  });
  return rowCount === 1;
};
