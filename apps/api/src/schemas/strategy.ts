import { DEFAULT_STRATEGY, type Strategy } from '@keelson/domain';
import { z } from 'zod';
import { dnsLabel, duration, share } from './common';
import { selector } from './selector';

const noGates = z.array(z.unknown()).max(0, 'gates are not available yet').optional();

const stage = z
  .strictObject({
    name: dnsLabel,
    clusterSelector: selector.optional(),
    maxConcurrency: share.default('100%'),
    maxFailures: share.default(0),
    before: noGates,
    after: noGates,
  })
  .transform(({ before: _before, after: _after, ...rest }) => rest);

const size = z.union([z.number(), z.string(), z.strictObject({ size: z.union([z.number(), z.string()]) })], {
  error: 'pauses and sizes other than "100%" are not available yet',
});

/** One batch of everything is what happens; anything else is refused rather than ignored. */
const oneBatch = z
  .array(size)
  .max(1, 'more than one batch is not available yet')
  .refine(
    (sizes) => sizes.every((one) => (typeof one === 'object' ? one.size : one) === '100%'),
    'batches other than "100%" are not available yet',
  )
  .optional();

const DEFAULT_STAGES = DEFAULT_STRATEGY.stages.map(({ name, maxConcurrency, maxFailures }) => ({
  name,
  maxConcurrency,
  maxFailures,
}));

/** A strategy as clients write it; what is left out comes from the default. */
export const strategy = z
  .strictObject({
    stages: z.array(stage).max(100, 'at most 100 stages').default(DEFAULT_STAGES),
    minSuccessTime: duration.default(DEFAULT_STRATEGY.minSuccessTime),
    progressDeadline: duration.default(DEFAULT_STRATEGY.progressDeadline),
    onFailure: z
      .enum(['Pause'], 'must be Pause; Rollback and Continue are not available yet')
      .default(DEFAULT_STRATEGY.onFailure),
    update: z.enum(['Recreate'], 'must be Recreate; updates in place are not available yet').optional(),
    batches: oneBatch,
  })
  .transform(({ update: _update, batches: _batches, ...rest }): Strategy => rest)
  .meta({ id: 'Strategy' });
