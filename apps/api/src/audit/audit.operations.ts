import { z } from 'zod';
import { operation } from '../http/operation';
import { anyLimitQuery, listSchema, position, positionQuery, timeQuery } from '../schemas/common';
import { eventSchema } from './event.schema';

const tag = 'Audit';
const text = z.string().min(1, 'must not be empty').max(256).optional();

/** What events can be chosen by, wherever events are read. */
export const eventFilter = {
  application: text,
  cluster: text,
  run: text,
  actor: text,
  type: text,
  from: timeQuery.optional().meta({ description: 'Recorded at or after' }),
  to: timeQuery.optional().meta({ description: 'Recorded at or before' }),
  after: positionQuery.optional().meta({ description: 'Positions greater than this one' }),
};

export const NDJSON = 'application/x-ndjson';

export const listAudit = operation({
  id: 'listAudit',
  tag,
  summary: 'Who changed what, where and why',
  description: `With Accept: ${NDJSON} everything that the filters choose is streamed, one event a line, up to the position that is the newest at the start; limit then bounds the whole.`,
  method: 'GET',
  path: '/v1/audit',
  query: z.strictObject({ ...eventFilter, limit: anyLimitQuery.optional() }),
  answer: listSchema(eventSchema),
  media: [NDJSON],
});

export const verifyAudit = operation({
  id: 'verifyAudit',
  tag,
  summary: 'Recompute every hash and both chains',
  method: 'GET',
  path: '/v1/audit/verify',
  query: z.strictObject({ from: positionQuery.optional(), to: positionQuery.optional() }),
  answer: z.strictObject({
    ok: z.boolean(),
    checked: z.int(),
    head: z.strictObject({ position, chain: z.string() }),
    signature: z
      .strictObject({
        position,
        chain: z.string(),
        signature: z.string().meta({ description: 'Ed25519, base64' }),
        publicKey: z.string().meta({ description: 'SPKI, PEM' }),
        signedAt: z.string(),
      })
      .nullable()
      .meta({ description: 'The newest; null before the first was made' }),
    firstBroken: z.strictObject({ position, problem: z.string() }).optional(),
  }),
});

export const auditOperations = [listAudit, verifyAudit];
