import { isDuration } from '../kernel/duration';
import type { FieldError } from '../kernel/decider';
import { isShare, type Share } from '../kernel/share';
import type { Batch } from './strategy';

/**
 * Sizes are cumulative, so each is more than the one before. A count and a percentage cannot be compared before a
 * workload's replicas are known; where a count turns out to be the more, the next batch has nothing left to do.
 */
export const validateBatches = (batches: readonly Batch[], path: string): FieldError[] => {
  if (batches.length === 0) return [{ path, message: 'at least one batch is needed' }];
  const errors = batches.flatMap((batch, index) =>
    batchProblems(batch, batches.slice(0, index), `${path}/${index}`),
  );
  const last = batches.length - 1;
  if (batches[last]?.size !== '100%') {
    errors.push({ path: `${path}/${last}/size`, message: 'the last batch must be "100%"' });
  }
  return errors;
};

/** The pause of the only batch has nothing that it could be between, unless a colour comes up before it. */
export const validateOnlyPause = (batches: readonly Batch[], path: string): FieldError[] =>
  batches.length === 1 && batches[0]?.pause !== undefined
    ? [{ path: `${path}/0/pause`, message: 'there is no other batch to pause before or after' }]
    : [];

const batchProblems = ({ size, pause }: Batch, before: readonly Batch[], path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (!isShare(size)) {
    errors.push({
      path: `${path}/size`,
      message: 'must be a whole number of replicas or a percentage such as "50%"',
    });
  } else if (amountOf(size) === 0) {
    errors.push({ path: `${path}/size`, message: 'must let at least one replica move' });
  } else {
    const sameUnit = before.map((batch) => batch.size).filter((other) => typeof other === typeof size);
    const most = Math.max(0, ...sameUnit.map(amountOf));
    if (amountOf(size) <= most) {
      errors.push({ path: `${path}/size`, message: 'must be more than the batches before it' });
    }
  }
  if (pause !== undefined && !isDuration(pause)) {
    errors.push({ path: `${path}/pause`, message: 'must be a duration such as 30s, 10m or 1h30m' });
  }
  return errors;
};

const amountOf = (size: Share): number => (typeof size === 'number' ? size : Number.parseInt(size, 10));
