import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  nodeRepairPolicyDecider,
  nodeRepairPolicyStream,
  validateNodeRepairPolicy,
  type NodeRepairPolicyDefinition,
} from '@keelson/domain';
import { VaultKeyError, type CommandContext, type CommandUnit, type Vault } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
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

/** The secret goes into the vault before the event that names its version, so that none is ever named and missing. */
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
      if (secret !== undefined) stored ??= await this.versionOf(unit, policy, secret);
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

  /** The version in the vault that holds this secret: the one in use if it is the same, else a new one. */
  private async versionOf(unit: CommandUnit, policy: string, secret: string): Promise<string> {
    const name = vaultName(policy);
    const { state } = await unit.load(nodeRepairPolicyDecider, nodeRepairPolicyStream(policy));
    const version = state.exists ? state.policy.callback?.secret : undefined;
    if (version !== undefined && (await this.read(name, version)) === secret) return version;
    return this.vault.put(name, secret);
  }

  /** What cannot be decrypted any more is to be replaced. */
  private async read(name: string, version: string): Promise<string | undefined> {
    try {
      return (await this.vault.get(name, version))?.toString('utf8');
    } catch (error) {
      if (error instanceof VaultKeyError) return undefined;
      throw error;
    }
  }
}

/** Under this name the workers find it too. */
const vaultName = (policy: string): string => `node-repair-policy/${policy}`;
