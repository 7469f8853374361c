import { z } from 'zod';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  listSchema,
  page,
  position,
  reasonQuery,
  reasonText,
  time,
  type View,
} from '../schemas/common';

const tag = 'Holds';
const params = z.strictObject({ id: z.string().min(1).max(64) });

const scope = z
  .strictObject({
    application: dnsLabel.optional(),
    cluster: dnsLabel.optional(),
    project: dnsLabel.optional(),
  })
  .meta({
    id: 'HoldScope',
    description: 'Everything that all of the given parts name; {} is the whole fleet',
    example: { application: 'shop', cluster: 'eu-1' },
  });

const hold = z
  .strictObject({
    id: z.string(),
    scope,
    owner: z.string(),
    reason: z.string(),
    phase: z.enum(['Held', 'Released']),
    placedAt: time,
    released: z.strictObject({ by: z.string(), at: time, reason: z.string().optional() }).nullable(),
    position,
  })
  .meta({ id: 'Hold' });

export type HoldView = View<typeof hold>;

export const postHold = operation({
  id: 'postHold',
  tag,
  summary: 'Stop every run in a scope from going on, until the hold is released',
  description:
    'What is under way in a cluster is finished; no cluster is started and none gets its next batch. Each hold is its owner’s: where several cover a target, it goes on when all of them are released.',
  method: 'POST',
  path: '/v1/holds',
  body: z.strictObject({ scope, reason: reasonText }).meta({ id: 'HoldRequest' }),
  answer: accepted.extend({ id: z.string() }).meta({ id: 'HoldPlaced' }),
});

export const listHolds = operation({
  id: 'listHolds',
  tag,
  summary: 'Holds in force; with phase=Released those that were',
  method: 'GET',
  path: '/v1/holds',
  query: z.strictObject({
    ...page,
    application: dnsLabel.optional(),
    cluster: dnsLabel.optional(),
    project: dnsLabel.optional(),
    phase: z.enum(['Held', 'Released'], 'must be Held or Released').default('Held'),
  }),
  answer: listSchema(hold),
});

export const getHold = operation({
  id: 'getHold',
  tag,
  summary: 'One hold, released or not',
  method: 'GET',
  path: '/v1/holds/{id}',
  params,
  answer: hold,
});

export const deleteHold = operation({
  id: 'deleteHold',
  tag,
  summary: 'Release a hold; one of another owner only with a reason',
  method: 'DELETE',
  path: '/v1/holds/{id}',
  params,
  query: z.strictObject(reasonQuery),
  answer: accepted,
});

export const holdOperations = [postHold, listHolds, getHold, deleteHold];
