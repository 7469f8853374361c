import { z } from 'zod';
import { labels } from './common';

const expression = z.strictObject({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'must be In, NotIn, Exists or DoesNotExist'),
  values: z.array(z.string()).optional(),
});

/** A label selector as Kubernetes has it; the domain checks what a schema cannot say. */
export const selector = z
  .strictObject({ matchLabels: labels.optional(), matchExpressions: z.array(expression).optional() })
  .meta({ id: 'LabelSelector', example: { matchLabels: { tier: 'canary' } } });
