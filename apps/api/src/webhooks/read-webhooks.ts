import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { runStream, webhookStream } from '@keelson/domain';
import type { EventStore } from '@keelson/event-store';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { runNotFound } from '../runs/read-runs';
import { runById } from '../runs/runs.queries';
import { cutPage, type ListOf, type Page } from '../schemas/common';
import type { DeliveryView, WebhookView } from './webhooks.operations';
import {
  deliveryPage,
  deliveryView,
  webhookByName,
  webhookPage,
  webhookView,
  type DeliveryPage,
  type WebhookRow,
} from './webhooks.queries';

export class ListWebhooks extends Query<ListOf<WebhookView>> {
  constructor(readonly page: Page) {
    super();
  }
}

export class GetWebhook extends Query<WebhookView> {
  constructor(readonly webhook: string) {
    super();
  }
}

/** Of a webhook, or of whoever the release of a run calls back. */
export class ListDeliveries extends Query<ListOf<DeliveryView>> {
  constructor(
    readonly of: { readonly webhook: string } | { readonly run: string },
    readonly page: DeliveryPage,
  ) {
    super();
  }
}

@QueryHandler(ListWebhooks)
export class ListWebhooksHandler implements IQueryHandler<ListWebhooks> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ page }: ListWebhooks) {
    const rows = await webhookPage(this.store.pool, page);
    return cutPage(rows, page.limit, webhookView, ({ name }) => name);
  }
}

@QueryHandler(GetWebhook)
export class GetWebhookHandler implements IQueryHandler<GetWebhook> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ webhook }: GetWebhook) {
    return webhookView(await existing(this.store, webhook));
  }
}

@QueryHandler(ListDeliveries)
export class ListDeliveriesHandler implements IQueryHandler<ListDeliveries> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ of, page }: ListDeliveries) {
    const rows = await deliveryPage(this.store.pool, await this.subscriber(of), page);
    return cutPage(rows, page.limit, deliveryView, ({ id }) => id);
  }

  private async subscriber(of: ListDeliveries['of']): Promise<string> {
    if ('webhook' in of) return webhookStream((await existing(this.store, of.webhook)).name);
    if (!(await runById(this.store.pool, of.run))) throw runNotFound(of.run);
    return runStream(of.run);
  }
}

const existing = async ({ pool }: EventStore, name: string): Promise<WebhookRow> => {
  const row = await webhookByName(pool, name);
  if (!row) throw notFound('webhook-not-found', `there is no webhook ${name}`);
  return row;
};
