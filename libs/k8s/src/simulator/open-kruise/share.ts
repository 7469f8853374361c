import { resolve } from '../controllers/int-or-percent';

/**
 * How many pods a partition keeps old: rounded up, and yet a percentage below 100 lets at least one go.
 * Source: github.com/openkruise/kruise/pkg/util, CalculatePartitionReplicas.
 */
export function partitionOf(partition: unknown, replicas: number): number {
  if (partition === undefined) return 0;
  const kept = Math.min(resolve(partition, replicas, Math.ceil), replicas);
  const isShare = typeof partition === 'string' && partition !== '100%';
  return isShare && kept === replicas ? Math.max(0, replicas - 1) : kept;
}
