import type { Gate } from '@keelson/domain';
import { z } from 'zod';
import { duration } from './common';

/** Variables such as {{cluster}} may stand in them, so what they must be is the domain's to say. */
const url = z.string().meta({ example: 'http://prometheus.monitoring:9090' });

const prometheus = z.strictObject({
  address: url,
  query: z.string().meta({ description: 'PromQL', example: 'sum(rate(errors{cluster="{{cluster}}"}[5m]))' }),
  timeout: duration.optional(),
});

const http = z.strictObject({
  url,
  method: z.enum(['GET', 'POST'], 'must be GET or POST').optional(),
  headers: z.record(z.string(), z.string('must be a string')).optional(),
  body: z.unknown().optional(),
  jsonPointer: z
    .string()
    .optional()
    .meta({ description: 'Where in the JSON answer the result is; the whole answer when left out' }),
  timeout: duration.optional(),
});

const job = z.strictObject({
  manifest: z.record(z.string(), z.unknown()).meta({
    description: 'A Kubernetes Job; it is run in the cluster that is looked at, under a name of its own',
  }),
  timeout: duration.optional(),
});

const provider = z
  .union(
    [z.strictObject({ prometheus }), z.strictObject({ http }), z.strictObject({ job })],
    'must be one of prometheus, http and job',
  )
  .meta({
    id: 'VerificationProvider',
    description: 'Texts may hold {{application}}, {{cluster}}, {{version}} …',
  });

const condition = z.string().meta({ description: 'CEL; answers yes or no', example: 'result < 0.01' });
const whole = z.number('must be a whole number').int('must be a whole number');

const approval = z.strictObject({ type: z.literal('Approval') });
const timedWait = z.strictObject({ type: z.literal('TimedWait'), duration });
const verification = z.strictObject({
  type: z.literal('Verification'),
  name: z.string().optional(),
  provider,
  successCondition: condition.optional(),
  failureCondition: condition.optional(),
  interval: duration.optional().meta({ description: 'Between two measurements; 30s when left out' }),
  count: whole.optional().meta({ description: 'Measurements to take; 1 when left out' }),
  failureLimit: whole.optional().meta({ description: 'Failed ones that are tolerated; 0 when left out' }),
  inconclusiveLimit: whole.optional().meta({ description: 'The same of inconclusive ones' }),
  errorLimit: whole.optional().meta({ description: 'Errors in a row that are tolerated; 4 when left out' }),
});

/** The shape of what must be passed before or after a stage; the domain says which values make sense. */
export const gate: z.ZodType<Gate> = z
  .discriminatedUnion('type', [approval, timedWait, verification], {
    error: 'must be of type Approval, TimedWait or Verification',
  })
  .meta({
    id: 'Gate',
    description: 'What must be passed before or after a stage',
    example: { type: 'Approval' },
  });
