import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { clusterDecider, clusterStream, type WorkloadsOnForget } from '@keelson/domain';
import type { CommandContext, EventStore } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { STORE } from '../options';
import { owedTo } from './owed-deletes.queries';

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
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  async execute({ context, cluster, workloads }: ForgetCluster) {
    const owed = workloads === 'orphan' ? { owed: await owedTo(this.store.pool, cluster) } : {};
    return this.runner.run(context, async (unit) => {
      await unit.decide(clusterDecider, clusterStream(cluster), {
        type: 'ForgetCluster',
        workloads,
        ...owed,
      });
      return {};
    });
  }
}
