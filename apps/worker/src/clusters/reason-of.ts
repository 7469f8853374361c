import type { UnreachableReason } from '@keelson/domain';
import { ApiError, NetworkError } from '@keelson/k8s';

/** Says in the log's words why a cluster cannot be served. */
export const reasonOf = (error: unknown): { reason: UnreachableReason; message: string } => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NetworkError) {
    if (error.kind === 'tls') return { reason: 'Tls', message };
    return { reason: error.kind === 'timeout' ? 'Timeout' : 'Network', message };
  }
  if (error instanceof ApiError) {
    if (error.status === 401) return { reason: 'Unauthorized', message };
    return { reason: error.status === 403 ? 'Forbidden' : 'Server', message };
  }
  return { reason: 'Network', message };
};
