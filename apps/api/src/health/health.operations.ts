import { z } from 'zod';
import { operation } from '../http/operation';

const tag = 'Operations';

export const healthz = operation({
  id: 'healthz',
  tag,
  summary: 'The process lives',
  method: 'GET',
  path: '/healthz',
  open: true,
  answer: z.strictObject({ status: z.literal('ok') }),
});

const check = z.strictObject({ ok: z.boolean(), detail: z.string() });

export const readyz = operation({
  id: 'readyz',
  tag,
  summary: 'The process can do its work; 503 with the same answer while it cannot',
  method: 'GET',
  path: '/readyz',
  open: true,
  answer: z
    .strictObject({
      status: z.enum(['ready', 'not-ready']),
      checks: z.strictObject({ database: check, sealer: check, projection: check }),
    })
    .meta({ id: 'Readiness' }),
});

export const metrics = operation({
  id: 'metrics',
  tag,
  summary: 'Metrics for Prometheus',
  method: 'GET',
  path: '/metrics',
  open: true,
  media: ['text/plain'],
});

export const healthOperations = [healthz, readyz, metrics];
