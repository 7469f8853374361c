import type { UnreachableReason } from '@keelson/domain';
import { ApiError, expiryOf, NetworkError, type ClusterConnection } from '@keelson/k8s';

/** Another cluster answers at the address than the one that the inventory is of. */
export class OtherClusterError extends Error {
  override readonly name = 'OtherClusterError';
  constructor(cluster: string, known: string, found: string) {
    super(
      `another cluster answers than ${cluster} was: its kube-system has the uid ${found} instead of ${known}. ` +
        'Nothing is applied or deleted there. If the connection is wrong, register the cluster with the right one; ' +
        'if the cluster was built anew, forget it with workloads=orphan and register it again',
    );
  }
}

export interface Unreachable {
  readonly reason: UnreachableReason;
  /** For people. */
  readonly message: string;
}

/** Says in the log's words why a cluster cannot be served. */
export const reasonOf = (error: unknown, connection: ClusterConnection, now: number): Unreachable => {
  const message = error instanceof Error ? error.message : String(error);
  const reason = wordFor(error);
  if (reason === 'Unauthorized') {
    const why = expired(connection, now) ?? 'they may have expired or been revoked';
    return {
      reason,
      message: `the API server does not accept the credentials (${message}): ${why}; register the cluster again with new ones`,
    };
  }
  if (reason === 'Forbidden') return { reason, message: `the API server refuses the account: ${message}` };
  if (reason === 'Tls') {
    const why = expired(connection, now);
    return { reason, message: `no TLS connection: ${message}${why ? `; ${why}` : ''}` };
  }
  return { reason, message };
};

const wordFor = (error: unknown): UnreachableReason => {
  if (error instanceof OtherClusterError) return 'OtherCluster';
  if (error instanceof NetworkError) {
    if (error.kind === 'tls') return 'Tls';
    return error.kind === 'timeout' ? 'Timeout' : 'Network';
  }
  if (error instanceof ApiError) {
    if (error.status === 401) return 'Unauthorized';
    return error.status === 403 ? 'Forbidden' : 'Server';
  }
  return 'Network';
};

const expired = (connection: ClusterConnection, now: number): string | undefined => {
  const expiry = expiryOf(connection);
  return expiry && Date.parse(expiry.at) <= now ? `the ${expiry.what} expired at ${expiry.at}` : undefined;
};
