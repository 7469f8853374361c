import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { DefineNodeRepairPolicy } from './define-node-repair-policy';
import { DeleteNodeRepairPolicy } from './delete-node-repair-policy';
import {
  deleteNodeRepairPolicy,
  getNodeRepairPolicy,
  listNodeRepairPolicies,
  putNodeRepairPolicy,
} from './node-repair-policies.operations';
import { GetNodeRepairPolicy, ListNodeRepairPolicies } from './read-node-repair-policies';

@Controller()
export class NodeRepairPoliciesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(putNodeRepairPolicy)
  put(@Input() { context, params, body }: InputOf<typeof putNodeRepairPolicy>) {
    const { reason: _, callback, ...definition } = body;
    const told = callback ? { callback: { url: callback.url } } : {};
    return this.commands.execute(
      new DefineNodeRepairPolicy(context, params.name, { ...definition, ...told }, callback?.secret),
    );
  }

  @Handle(listNodeRepairPolicies)
  list(@Input() { query }: InputOf<typeof listNodeRepairPolicies>) {
    return this.queries.execute(new ListNodeRepairPolicies(query));
  }

  @Handle(getNodeRepairPolicy)
  get(@Input() { params }: InputOf<typeof getNodeRepairPolicy>) {
    return this.queries.execute(new GetNodeRepairPolicy(params.name));
  }

  @Handle(deleteNodeRepairPolicy)
  delete(@Input() { context, params }: InputOf<typeof deleteNodeRepairPolicy>) {
    return this.commands.execute(new DeleteNodeRepairPolicy(context, params.name));
  }
}
