import { Module } from '@nestjs/common';
import { CommandWebhookHandler } from './command-webhook';
import { DefineWebhookHandler } from './define-webhook';
import { GetWebhookHandler, ListDeliveriesHandler, ListWebhooksHandler } from './read-webhooks';
import { WebhooksController } from './webhooks.controller';

@Module({
  controllers: [WebhooksController],
  providers: [
    DefineWebhookHandler,
    CommandWebhookHandler,
    ListWebhooksHandler,
    GetWebhookHandler,
    ListDeliveriesHandler,
  ],
})
export class WebhooksModule {}
