import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { CommandWebhook } from './command-webhook';
import { DefineWebhook } from './define-webhook';
import { GetWebhook, ListDeliveries, ListWebhooks } from './read-webhooks';
import {
  deleteWebhook,
  getWebhook,
  listDeliveries,
  listRunDeliveries,
  listWebhooks,
  postRedeliver,
  postReplay,
  putWebhook,
} from './webhooks.operations';

@Controller()
export class WebhooksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(putWebhook)
  put(@Input() { context, params, body }: InputOf<typeof putWebhook>) {
    const { url, secret, types, applications, fromPosition } = body;
    const definition = { url, ...(types ? { types } : {}), ...(applications ? { applications } : {}) };
    return this.commands.execute(new DefineWebhook(context, params.name, definition, secret, fromPosition));
  }

  @Handle(listWebhooks)
  list(@Input() { query }: InputOf<typeof listWebhooks>) {
    return this.queries.execute(new ListWebhooks(query));
  }

  @Handle(getWebhook)
  get(@Input() { params }: InputOf<typeof getWebhook>) {
    return this.queries.execute(new GetWebhook(params.name));
  }

  @Handle(deleteWebhook)
  delete(@Input() { context, params }: InputOf<typeof deleteWebhook>) {
    return this.commands.execute(new CommandWebhook(context, params.name, { type: 'DeleteWebhook' }));
  }

  @Handle(listDeliveries)
  deliveries(@Input() { params, query }: InputOf<typeof listDeliveries>) {
    return this.queries.execute(new ListDeliveries({ webhook: params.name }, query));
  }

  @Handle(postRedeliver)
  redeliver(@Input() { context, params }: InputOf<typeof postRedeliver>) {
    const command = { type: 'RedeliverWebhook', delivery: params.id } as const;
    return this.commands.execute(new CommandWebhook(context, params.name, command));
  }

  @Handle(postReplay)
  replay(@Input() { context, params, body }: InputOf<typeof postReplay>) {
    const command = { type: 'ReplayWebhook', from: body.from } as const;
    return this.commands.execute(new CommandWebhook(context, params.name, command));
  }

  @Handle(listRunDeliveries)
  runDeliveries(@Input() { params, query }: InputOf<typeof listRunDeliveries>) {
    return this.queries.execute(new ListDeliveries({ run: params.id }, query));
  }
}
