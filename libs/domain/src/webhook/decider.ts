import { accept, reject, type Decider, type DomainEvent } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import type { Webhook, WebhookDefinition } from './webhook';

export type WebhookEvent =
  | DomainEvent<'WebhookDefined', Webhook>
  | DomainEvent<'WebhookDeleted', { readonly webhook: string }>
  /** Everything from this position on is told, also what was told before. */
  | DomainEvent<'WebhookReplayRequested', { readonly webhook: string; readonly from: number }>
  | DomainEvent<'WebhookRedeliveryRequested', { readonly webhook: string; readonly delivery: number }>;

export type WebhookCommand =
  | {
      readonly type: 'DefineWebhook';
      readonly webhook: string;
      readonly definition: WebhookDefinition;
      readonly fromPosition?: number;
    }
  | { readonly type: 'DeleteWebhook' }
  | { readonly type: 'ReplayWebhook'; readonly from: number }
  | { readonly type: 'RedeliverWebhook'; readonly delivery: number };

export type WebhookState = { readonly exists: false } | { readonly exists: true; readonly webhook: Webhook };

export const webhookDecider: Decider<WebhookState, WebhookCommand, WebhookEvent> = {
  initial: { exists: false },

  decide: (state, command) => {
    if (command.type === 'DefineWebhook') return define(state, command);
    if (!state.exists) return reject('notFound', 'webhook-not-found', 'no such webhook');
    const { webhook } = state.webhook;
    switch (command.type) {
      case 'DeleteWebhook':
        return accept({ type: 'WebhookDeleted', data: { webhook } });
      case 'ReplayWebhook':
        return accept({ type: 'WebhookReplayRequested', data: { webhook, from: command.from } });
      case 'RedeliverWebhook':
        return accept({ type: 'WebhookRedeliveryRequested', data: { webhook, delivery: command.delivery } });
    }
  },

  evolve: (state, event) => {
    switch (event.type) {
      case 'WebhookDefined':
        return { exists: true, webhook: event.data };
      case 'WebhookDeleted':
        return { exists: false };
      default:
        return state;
    }
  },
};

/**
 * A definition that is applied again must not tell everything again: only another `fromPosition` than before is a wish
 * to go there.
 */
const define = (
  state: WebhookState,
  { webhook, definition, fromPosition }: Extract<WebhookCommand, { type: 'DefineWebhook' }>,
) => {
  const known = state.exists ? state.webhook : undefined;
  const wanted: Webhook = {
    webhook,
    ...definition,
    ...(fromPosition === undefined ? {} : { fromPosition }),
  };
  if (known && sameJson(known, wanted)) return accept<WebhookEvent>();
  return accept<WebhookEvent>(
    { type: 'WebhookDefined', data: wanted },
    ...(fromPosition === undefined || fromPosition === known?.fromPosition
      ? []
      : [{ type: 'WebhookReplayRequested' as const, data: { webhook, from: fromPosition } }]),
  );
};

export const webhookStream = (webhook: string): string => `webhook/${webhook}`;
