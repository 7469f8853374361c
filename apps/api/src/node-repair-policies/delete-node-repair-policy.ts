import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { nodeRepairPolicyDecider, nodeRepairPolicyStream } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';

export class DeleteNodeRepairPolicy extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly policy: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteNodeRepairPolicy)
export class DeleteNodeRepairPolicyHandler implements ICommandHandler<DeleteNodeRepairPolicy> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, policy }: DeleteNodeRepairPolicy) {
    return this.runner.run(context, async (unit) => {
      await unit.decide(nodeRepairPolicyDecider, nodeRepairPolicyStream(policy), {
        type: 'DeleteNodeRepairPolicy',
      });
      return {};
    });
  }
}
