import { z } from 'zod';
import { operation } from '../http/operation';
import { callbackUrl, signingSecret } from '../schemas/callback';
import {
  accepted,
  dnsLabel,
  limitQuery,
  listSchema,
  page,
  position,
  positionQuery,
  reasonQuery,
  reasonText,
  time,
  type View,
} from '../schemas/common';

const tag = 'Webhooks';
const params = z.strictObject({ name: dnsLabel });
const LIST = 'must name at least one; leave it out for all';

const choice = {
  types: z
    .array(z.string().min(1, 'must not be empty').max(128))
    .min(1, LIST)
    .max(200)
    .optional()
    .meta({
      description:
        'Types of events, by their name in the log or by the type that they are sent as; all when left out',
      example: ['RunSucceeded', 'RunFailed', 'dev.cdevents.service.upgraded.0.2.0'],
    }),
  applications: z
    .array(dnsLabel)
    .min(1, LIST)
    .max(1000)
    .optional()
    .meta({ description: 'Only events of these applications; those of no application too when left out' }),
};

const fromPosition = z
  .int('must be a position: a whole number')
  .min(1, 'must be at least 1')
  .meta({ description: 'Events from this position on; those after the definition when left out' });

const webhookBody = z
  .strictObject({
    url: callbackUrl,
    secret: signingSecret.optional(),
    ...choice,
    fromPosition: fromPosition.optional(),
    reason: reasonText.optional(),
  })
  .meta({
    id: 'WebhookDefinition',
    description:
      'Events are sent as CloudEvents 1.0 in structured JSON, as CDEvents where there is one, with the headers of Standard Webhooks: at least once, those of a stream in their order as long as they are taken',
  });

const webhookAnswer = z
  .strictObject({
    name: z.string(),
    url: z.string(),
    signed: z.boolean(),
    ...choice,
    fromPosition: position.optional(),
    deliveries: z
      .strictObject({
        upTo: position.nullable().meta({ description: 'Events up to here were looked at' }),
        pending: z.int(),
        failed: z.int(),
      })
      .meta({ description: 'Of those that are kept: 30 days' }),
    lastError: z
      .strictObject({ at: time, message: z.string() })
      .nullable()
      .meta({ description: 'Of the newest attempt, if it failed' }),
    createdAt: time,
    updatedAt: time,
    position,
  })
  .meta({ id: 'Webhook' });

export type WebhookView = View<typeof webhookAnswer>;

const delivery = z
  .strictObject({
    id: z.int(),
    phase: z.enum(['Pending', 'Delivered', 'Failed']),
    event: z.strictObject({ position, id: z.string(), type: z.string() }),
    type: z.string().meta({ description: 'What it is sent as' }),
    attemptCount: z.int(),
    attempts: z
      .array(
        z.strictObject({
          at: time,
          ms: z.int().meta({ description: 'How long it took' }),
          status: z.int().optional(),
          response: z.string().optional().meta({ description: 'The beginning of what was answered' }),
          error: z.string().optional().meta({ description: 'Why there was no answer' }),
        }),
      )
      .meta({ description: 'The newest 20, oldest first' }),
    nextAttemptAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Delivery' });

export type DeliveryView = View<typeof delivery>;

const deliveryQuery = z.strictObject({
  limit: limitQuery,
  after: positionQuery.optional().meta({ description: 'The id of the delivery after which to go on' }),
  phase: z.enum(['Pending', 'Delivered', 'Failed'], 'must be Pending, Delivered or Failed').optional(),
});

export const putWebhook = operation({
  id: 'putWebhook',
  tag,
  summary: 'Define who is told of events, and of which',
  description:
    'Another fromPosition than before goes there, as a replay does; the same one does not, so that a definition may be applied again.',
  method: 'PUT',
  path: '/v1/webhooks/{name}',
  params,
  body: webhookBody,
  answer: accepted,
});

export const listWebhooks = operation({
  id: 'listWebhooks',
  tag,
  summary: 'All webhooks, by name',
  method: 'GET',
  path: '/v1/webhooks',
  query: z.strictObject(page),
  answer: listSchema(webhookAnswer),
});

export const getWebhook = operation({
  id: 'getWebhook',
  tag,
  summary: 'One webhook',
  method: 'GET',
  path: '/v1/webhooks/{name}',
  params,
  answer: webhookAnswer,
});

export const deleteWebhook = operation({
  id: 'deleteWebhook',
  tag,
  summary: 'Delete a webhook, together with what is still to be delivered to it',
  method: 'DELETE',
  path: '/v1/webhooks/{name}',
  params,
  query: z.strictObject(reasonQuery),
  answer: accepted,
});

export const listDeliveries = operation({
  id: 'listDeliveries',
  tag,
  summary: 'What was delivered to a webhook, and what came of each attempt; newest first',
  method: 'GET',
  path: '/v1/webhooks/{name}/deliveries',
  params,
  query: deliveryQuery,
  answer: listSchema(delivery),
});

export const postRedeliver = operation({
  id: 'postRedeliver',
  tag,
  summary: 'Deliver something once more, whatever came of it before',
  method: 'POST',
  path: '/v1/webhooks/{name}/deliveries/{id}/redeliver',
  params: params.extend({ id: positionQuery }),
  body: z.strictObject({ reason: reasonText.optional() }).default({}),
  answer: accepted,
});

export const postReplay = operation({
  id: 'postReplay',
  tag,
  summary: 'Tell everything from a position on again',
  method: 'POST',
  path: '/v1/webhooks/{name}/replay',
  params,
  body: z.strictObject({ from: fromPosition, reason: reasonText.optional() }).meta({ id: 'ReplayRequest' }),
  answer: accepted,
});

export const listRunDeliveries = operation({
  id: 'listRunDeliveries',
  tag: 'Runs',
  summary: 'What was delivered to whoever the release calls back; newest first',
  method: 'GET',
  path: '/v1/runs/{id}/deliveries',
  params: z.strictObject({ id: z.string().min(1).max(256) }),
  query: deliveryQuery,
  answer: listSchema(delivery),
});

export const webhookOperations = [
  putWebhook,
  listWebhooks,
  getWebhook,
  deleteWebhook,
  listDeliveries,
  postRedeliver,
  postReplay,
  listRunDeliveries,
];
