import { durationMs } from '../../kernel/duration';
import { batchesOf, type Strategy } from '../../strategy';
import type { Pace } from '../events';

export const lastBatch = (strategy: Strategy): number => batchesOf(strategy).length - 1;

export const paceAt = (strategy: Strategy, batch: number): Pace => {
  const batches = batchesOf(strategy);
  return { batch, of: batches.length, share: batches[batch]?.size ?? '100%', ...howOf(strategy) };
};

/** The plan as it is, in one go: how a cluster goes back, or is caught up. */
export const wholePace = (strategy: Strategy): Pace => ({
  batch: 0,
  of: 1,
  share: '100%',
  ...howOf(strategy),
});

const howOf = ({ update, blueGreen }: Strategy): Pick<Pace, 'update' | 'blueGreen'> => ({
  update,
  ...(blueGreen ? { blueGreen } : {}),
});

/**
 * Milliseconds that a cluster is held between a batch and the next: the pause of the batch, and before the last that of
 * the last too, which nothing follows.
 */
export const holdAfter = (strategy: Strategy, batch: number): number => {
  const last = lastBatch(strategy);
  const batches = batchesOf(strategy);
  const pauseOf = (index: number): number => durationMs(batches[index]?.pause ?? '0s');
  return batch >= last ? 0 : pauseOf(batch) + (batch + 1 === last ? pauseOf(last) : 0);
};
