import type { Batch } from './strategy';

/**
 * The most of a workload that one batch moves at once, in percent of its replicas: a whole number from 1 to 100, or
 * `undefined` where there is a single batch, which says nothing of how much may be missing at a time.
 *
 * Percentages are taken as they are written, so that a scale does not change the answer. Counts are shares of
 * `replicas`; where an autoscaler owns those (`undefined`) or there are none, counts are left out.
 */
export const largestStep = (batches: readonly Batch[], replicas?: number): number | undefined => {
  const marks = batches.flatMap(({ size }) => {
    if (typeof size === 'string') return Number.parseInt(size, 10);
    return replicas ? Math.min(100, (100 * size) / replicas) : [];
  });
  let reached = 0;
  let largest = 0;
  for (const mark of marks) {
    largest = Math.max(largest, mark - reached);
    reached = Math.max(reached, mark);
  }
  return marks.length < 2 ? undefined : Math.max(1, Math.floor(largest));
};
