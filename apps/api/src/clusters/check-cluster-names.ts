import type { Pool } from 'pg';
import { invalid } from '../http/problem';
import { registeredClusters } from './registered-clusters.queries';

/** A placement's selector may match nothing yet; a name that nobody registered is a slip of the pen. */
export const checkClusterNames = async (pool: Pool, names: readonly string[]): Promise<void> => {
  if (names.length === 0) return;
  const registered = await registeredClusters(pool, names);
  const errors = names.flatMap((name, index) =>
    registered.has(name)
      ? []
      : [{ path: `/placement/clusterNames/${index}`, message: `there is no cluster ${name}` }],
  );
  if (errors.length > 0) throw invalid(errors, 'cluster-unknown');
};
