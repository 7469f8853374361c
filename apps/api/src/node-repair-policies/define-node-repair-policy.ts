import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  nodeRepairPolicyDecider,
  nodeRepairPolicyStream,
  validateNodeRepairPolicy,
  type NodeRepairPolicyDefinition,
} from '@keelson/domain';
import type { CommandContext, Vault } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { keepSecret } from '../commands/keep-secret';
import { invalid } from '../http/problem';
import { VAULT } from '../options';

export class DefineNodeRepairPolicy extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly policy: string,
    readonly definition: NodeRepairPolicyDefinition,
    /** In clear. */
    readonly secret: string | undefined,
  ) {
    super();
  }
}

@CommandHandler(DefineNodeRepairPolicy)
export class DefineNodeRepairPolicyHandler implements ICommandHandler<DefineNodeRepairPolicy> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(VAULT) private readonly vault: Vault,
  ) {}

  async execute({ context, policy, definition, secret }: DefineNodeRepairPolicy) {
    const errors = validateNodeRepairPolicy(definition);
    if (errors.length > 0) throw invalid(errors);
    let stored: string | undefined;
    return this.runner.run(context, async (unit) => {
      if (secret !== undefined) {
        const { state } = await unit.load(nodeRepairPolicyDecider, nodeRepairPolicyStream(policy));
        const known = state.exists ? state.policy.callback?.secret : undefined;
        stored ??= await keepSecret(this.vault, vaultName(policy), secret, known);
      }
      const { callback, ...rest } = definition;
      const told = callback && { url: callback.url, ...(stored === undefined ? {} : { secret: stored }) };
      await unit.decide(nodeRepairPolicyDecider, nodeRepairPolicyStream(policy), {
        type: 'DefineNodeRepairPolicy',
        policy,
        definition: { ...rest, ...(told ? { callback: told } : {}) },
      });
      return {};
    });
  }
}

/** Under this name the workers find it too. */
const vaultName = (policy: string): string => `node-repair-policy/${policy}`;
