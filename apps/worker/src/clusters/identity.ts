import type { KubeObject } from '@keelson/domain';
import { ApiError, type ClusterClient } from '@keelson/k8s';
import type { Pool } from 'pg';

/**
 * What tells one cluster from another, whatever its address: the uid of the Namespace kube-system (SIG Architecture's
 * convention for a cluster id). Undefined where the account may not read it.
 */
export const identityOf = async (
  client: Pick<ClusterClient, 'request'>,
  options: Parameters<ClusterClient['request']>[2],
): Promise<string | undefined> => {
  try {
    const { metadata } = await client.request<KubeObject>('GET', '/api/v1/namespaces/kube-system', options);
    return metadata.uid;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
};

/** Whether anything was ever applied to the cluster that is not confirmed gone. */
export const hasInventory = async (pool: Pool, cluster: string): Promise<boolean> => {
  const { rows } = await pool.query<{ has: boolean }>({
    name: 'has-inventory',
    text: 'select exists (select 1 from read.targets t join read.inventory i using (application, cluster) where t.cluster = $1) as has',
    values: [cluster],
  });
  return rows[0]?.has ?? false;
};
