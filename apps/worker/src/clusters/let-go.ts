import { keyOf, type ObjectRef } from '@keelson/domain';
import type { MarkedObject } from '@keelson/k8s';
import type { Pool } from 'pg';

/**
 * The first of these objects that was let go of when its cluster was forgotten, and that no plan since has taken back:
 * it is older than the cluster's registration, nothing wants it or owes its deletion, and no plan that might is still to
 * be applied. Nobody will ever delete it.
 */
export const firstLetGo = async (
  pool: Pool,
  cluster: string,
  objects: readonly MarkedObject[],
): Promise<ObjectRef | undefined> => {
  const { rows } = await pool.query<{ index: number }>({
    name: 'first-let-go',
    text: FIRST_LET_GO,
    values: [
      cluster,
      objects.map(({ application }) => application),
      objects.map(({ ref }) => keyOf(ref)),
      objects.map(({ generation }) => generation),
    ],
  });
  const [first] = rows;
  return first && objects[first.index - 1]?.ref;
};

const FIRST_LET_GO = `
  select o.index::int
  from unnest($2::text[], $3::text[], $4::bigint[]) with ordinality o (application, key, generation, index)
  join read.clusters c on c.name = $1
  left join read.targets t on t.application = o.application and t.cluster = c.name
  left join read.inventory i on i.application = o.application and i.cluster = c.name and i.key = o.key
  where o.generation < c.registered and i.key is null
    and (t.application is null or t.removing or (t.applied_generation > 0 and t.applied_generation >= t.generation))
  order by o.index limit 1`;
