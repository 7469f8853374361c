import type { KubeObject } from '@keelson/domain';

interface Condition {
  readonly type?: unknown;
  readonly status?: unknown;
}

export const countNodes = (nodes: Iterable<KubeObject>): { total: number; ready: number } => {
  let total = 0;
  let ready = 0;
  for (const node of nodes) {
    total += 1;
    const { conditions = [] } = (node['status'] ?? {}) as { conditions?: readonly Condition[] };
    if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) ready += 1;
  }
  return { total, ready };
};
