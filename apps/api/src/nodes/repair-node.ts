import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  clusterDecider,
  clusterStream,
  nodeDecider,
  nodeRepairDecider,
  nodeRepairStream,
  nodeStream,
} from '@keelson/domain';
import type { CommandContext, CommandUnit } from '@keelson/event-store';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { refuse } from '../commands/refuse';

/** What a person, or the repair system, says about the repair of a node. */
export class RepairNode extends Command<Recorded<{ readonly repair?: string }>> {
  constructor(
    readonly context: CommandContext,
    readonly cluster: string,
    readonly node: string,
    readonly what: 'start' | 'cancel' | 'repaired',
    /** The one that is meant; whichever is under way without. */
    readonly repair?: string,
  ) {
    super();
  }
}

@CommandHandler(RepairNode)
export class RepairNodeHandler implements ICommandHandler<RepairNode> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ context, cluster, node, what, repair }: RepairNode) {
    return this.runner.run(context, async (unit) => {
      const { actor: by, reason: why = '' } = context;
      const of = { cluster, node, by, now: Date.now() };
      const stream = nodeRepairStream(cluster);
      if (what === 'start') {
        const uid = await knownNode(unit, cluster, node);
        const state = await unit.decide(nodeRepairDecider, stream, { type: 'StartRepair', ...of, uid, why });
        return { repair: state.repairs[node]!.repair };
      }
      await unit.decide(nodeRepairDecider, stream, {
        ...of,
        ...(what === 'cancel'
          ? { type: 'CancelRepair', why }
          : { type: 'RecordRepaired', ...(repair === undefined ? {} : { repair }) }),
      });
      return {};
    });
  }
}

/** The uid of the node's object as it was seen last. */
const knownNode = async (unit: CommandUnit, cluster: string, node: string): Promise<string> => {
  const { state: of } = await unit.load(clusterDecider, clusterStream(cluster));
  if (!of.exists || of.phase === 'Forgotten')
    return refuse(unit, clusterStream(cluster), {
      kind: 'notFound',
      code: 'cluster-not-found',
      message: `there is no cluster ${cluster}`,
    });
  const { state } = await unit.load(nodeDecider, nodeStream(cluster, node));
  if (state.exists) return state.uid;
  return refuse(unit, nodeStream(cluster, node), {
    kind: 'notFound',
    code: 'node-not-found',
    message: `cluster ${cluster} has no node ${node}`,
  });
};
