import { durationMs } from '../../kernel/duration';
import type { Strategy } from '../../strategy';
import type { Pace } from '../events';

export const lastBatch = ({ batches }: Strategy): number => batches.length - 1;

export const paceAt = ({ batches, update }: Strategy, batch: number): Pace => ({
  batch,
  of: batches.length,
  share: batches[batch]?.size ?? '100%',
  update,
});

/** The plan as it is, in one go: how a cluster goes back. */
export const wholePace = ({ update }: Strategy): Pace => ({ batch: 0, of: 1, share: '100%', update });

/**
 * Milliseconds that a cluster is held between a batch and the next: the pause of the batch, and before the last that of
 * the last too, which nothing follows.
 */
export const holdAfter = (strategy: Strategy, batch: number): number => {
  const last = lastBatch(strategy);
  const pauseOf = (index: number): number => durationMs(strategy.batches[index]?.pause ?? '0s');
  return batch >= last ? 0 : pauseOf(batch) + (batch + 1 === last ? pauseOf(last) : 0);
};
