import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { webhookDecider, webhookStream, type WebhookCommand } from '@keelson/domain';
import type { CommandContext, EventStore } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { invalid, notFound } from '../http/problem';
import { STORE } from '../options';
import { positionErrors } from './position-errors';
import { hasDelivery } from './webhooks.queries';

/** Anything but its definition. */
export class CommandWebhook extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly webhook: string,
    readonly command: Exclude<WebhookCommand, { type: 'DefineWebhook' }>,
  ) {
    super();
  }
}

@CommandHandler(CommandWebhook)
export class CommandWebhookHandler implements ICommandHandler<CommandWebhook> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  async execute({ context, webhook, command }: CommandWebhook) {
    const stream = webhookStream(webhook);
    if (command.type === 'ReplayWebhook') {
      const errors = await positionErrors(this.store.log, '/from', command.from);
      if (errors.length > 0) throw invalid(errors);
    }
    return this.runner.run(context, async (unit) => {
      await unit.decide(webhookDecider, stream, command);
      if (command.type === 'RedeliverWebhook') await this.assertDelivery(stream, command.delivery);
      return {};
    });
  }

  private async assertDelivery(subscriber: string, id: number): Promise<void> {
    if (await hasDelivery(this.store.pool, subscriber, id)) return;
    throw notFound(
      'delivery-not-found',
      `there is no delivery ${id}; those that are over are kept for 30 days`,
    );
  }
}
