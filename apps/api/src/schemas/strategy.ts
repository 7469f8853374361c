import { DEFAULT_STRATEGY, type Batch, type Strategy } from '@keelson/domain';
import { z } from 'zod';
import { dnsLabel, duration, share } from './common';
import { gate } from './gates';
import { selector } from './selector';

const gates = z.array(gate).max(20, 'at most 20 gates').default([]);

const stage = z.strictObject({
  name: dnsLabel,
  clusterSelector: selector.optional(),
  maxConcurrency: share.default('100%'),
  maxFailures: share.default(0),
  before: gates,
  after: gates,
});

const sizeWithPause = z.strictObject({ size: share, pause: duration.optional() });

/** `"10%"` and `3` are short for `{size}`, which is how the log has them. */
const batch = z
  .union([share, sizeWithPause], {
    error: 'must be a count, a percentage such as "10%", or {size, pause} of one',
  })
  .transform((given): Batch => (typeof given === 'object' ? given : { size: given }))
  .pipe(sizeWithPause);

const blueGreen = z
  .strictObject({
    service: dnsLabel.meta({
      description:
        'A Service of the manifests that selects the pods of one Deployment: it goes over to new ones',
    }),
    previewService: dnsLabel
      .optional()
      .meta({ description: 'Another Service of the same pods: it selects the new ones from the beginning' }),
    scaleDownDelay: duration
      .default('30s')
      .meta({ description: 'How long the old pods are kept for the way back after the switch' }),
  })
  .meta({ id: 'BlueGreen' });

const DEFAULT_STAGES = DEFAULT_STRATEGY.stages.map(({ clusterSelector: _, before, after, ...rest }) => ({
  ...rest,
  before: [...before],
  after: [...after],
}));

/** A strategy as clients write it; what is left out comes from the default. */
export const strategy: z.ZodType<Strategy> = z
  .strictObject({
    stages: z.array(stage).max(100, 'at most 100 stages').default(DEFAULT_STAGES),
    batches: z
      .array(batch)
      .max(100, 'at most 100 batches')
      .default([...DEFAULT_STRATEGY.batches]),
    minSuccessTime: duration.default(DEFAULT_STRATEGY.minSuccessTime),
    progressDeadline: duration.default(DEFAULT_STRATEGY.progressDeadline),
    onFailure: z
      .enum(['Pause', 'Rollback', 'Continue'], 'must be Pause, Rollback or Continue')
      .default(DEFAULT_STRATEGY.onFailure),
    update: z
      .enum(
        ['Recreate', 'InPlaceIfPossible', 'InPlaceOnly'],
        'must be Recreate, InPlaceIfPossible or InPlaceOnly',
      )
      .default(DEFAULT_STRATEGY.update),
    unreachable: z
      .enum(['Fail', 'SetAside'], 'must be Fail or SetAside')
      .default(DEFAULT_STRATEGY.unreachable),
    blueGreen: blueGreen.optional(),
  })
  .meta({ id: 'Strategy' });
