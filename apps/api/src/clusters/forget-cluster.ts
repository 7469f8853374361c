import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { clusterDecider, clusterStream, type WorkloadsOnForget } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';

export class ForgetCluster extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly cluster: string,
    readonly workloads: WorkloadsOnForget,
  ) {
    super();
  }
}

@CommandHandler(ForgetCluster)
export class ForgetClusterHandler implements ICommandHandler<ForgetCluster> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, cluster, workloads }: ForgetCluster) {
    return this.runner.run(context, async (unit) => {
      await unit.decide(clusterDecider, clusterStream(cluster), { type: 'ForgetCluster', workloads });
      return {};
    });
  }
}
