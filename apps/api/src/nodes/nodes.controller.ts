import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import {
  cancelNodeRepair,
  listNodes,
  repairNode,
  summariseNodes,
  tellNodeRepaired,
} from './nodes.operations';
import { ListNodes, SummariseNodes } from './read-nodes';
import { RepairNode } from './repair-node';

@Controller()
export class NodesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(summariseNodes)
  summarise() {
    return this.queries.execute(new SummariseNodes());
  }

  @Handle(listNodes)
  list(@Input() { params, query }: InputOf<typeof listNodes>) {
    return this.queries.execute(new ListNodes(params.name, query));
  }

  @Handle(repairNode)
  repair(@Input() { context, params }: InputOf<typeof repairNode>) {
    return this.commands.execute(new RepairNode(context, params.name, params.node, 'start'));
  }

  @Handle(cancelNodeRepair)
  cancel(@Input() { context, params }: InputOf<typeof cancelNodeRepair>) {
    return this.commands.execute(new RepairNode(context, params.name, params.node, 'cancel'));
  }

  @Handle(tellNodeRepaired)
  repaired(@Input() { context, params, body }: InputOf<typeof tellNodeRepaired>) {
    return this.commands.execute(new RepairNode(context, params.name, params.node, 'repaired', body.repair));
  }
}
