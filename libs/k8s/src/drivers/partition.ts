import { resolveIntOrPercent } from './sizes';

/**
 * Pods that a partition keeps, as OpenKruise resolves it: a percentage is rounded up, but leaves one pod to be new
 * unless it is 100 %. Source: github.com/openkruise/kruise/pkg/util, CalculatePartitionReplicas.
 */
export const keptByPartition = (partition: unknown, desired: number): number => {
  const kept = Math.min(desired, resolveIntOrPercent(partition, desired, Math.ceil));
  const leavesOne = typeof partition === 'string' && partition !== '100%' && desired > 1;
  return leavesOne && kept === desired ? desired - 1 : kept;
};
