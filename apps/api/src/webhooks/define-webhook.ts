import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { validateWebhook, webhookDecider, webhookStream, type WebhookDefinition } from '@keelson/domain';
import type { CommandContext, EventStore, Vault } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { keepSecret } from '../commands/keep-secret';
import { invalid } from '../http/problem';
import { OPTIONS, STORE, VAULT, type ApiOptions } from '../options';
import { positionErrors } from './position-errors';

export class DefineWebhook extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly webhook: string,
    readonly definition: Omit<WebhookDefinition, 'secret'>,
    /** In clear. */
    readonly secret: string | undefined,
    readonly fromPosition: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(DefineWebhook)
export class DefineWebhookHandler implements ICommandHandler<DefineWebhook> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
    @Inject(VAULT) private readonly vault: Vault,
    @Inject(OPTIONS) private readonly options: ApiOptions,
  ) {}

  async execute({ context, webhook, definition, secret, fromPosition }: DefineWebhook) {
    const errors = [
      ...validateWebhook(definition, this.options.eventTypes),
      ...(await positionErrors(this.store.log, '/fromPosition', fromPosition)),
    ];
    if (errors.length > 0) throw invalid(errors);
    const stream = webhookStream(webhook);
    let stored: string | undefined;
    return this.runner.run(context, async (unit) => {
      if (secret !== undefined) {
        const { state } = await unit.load(webhookDecider, stream);
        const known = state.exists ? state.webhook.secret : undefined;
        stored ??= await keepSecret(this.vault, stream, secret, known);
      }
      await unit.decide(webhookDecider, stream, {
        type: 'DefineWebhook',
        webhook,
        definition: { ...definition, ...(stored === undefined ? {} : { secret: stored }) },
        ...(fromPosition === undefined ? {} : { fromPosition }),
      });
      return {};
    });
  }
}
