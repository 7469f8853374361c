import { VaultKeyError, type Vault } from '@keelson/event-store';
import type { ClusterConnection } from '@keelson/k8s';

/** The connection under a version of a cluster's credentials; or why it cannot be read, for people. */
export const storedConnection = async (
  vault: Vault,
  cluster: string,
  credentials: string,
): Promise<ClusterConnection | string> => {
  try {
    const secret = await vault.get(`cluster/${cluster}`, credentials);
    if (secret) return JSON.parse(secret.toString('utf8')) as ClusterConnection;
    return 'the credentials are missing; register the cluster again';
  } catch (error) {
    if (!(error instanceof VaultKeyError)) throw error;
    return `${error.message}; register the cluster again`;
  }
};
