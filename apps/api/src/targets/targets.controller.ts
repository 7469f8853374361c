import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { GetPlan, ListTargets } from './read-targets';
import { getPlan, listTargets } from './targets.operations';

@Controller()
export class TargetsController {
  constructor(private readonly queries: QueryBus) {}

  @Handle(listTargets)
  list(@Input() { params, query }: InputOf<typeof listTargets>) {
    return this.queries.execute(new ListTargets(params.name, query));
  }

  @Handle(getPlan)
  plan(@Input() { params }: InputOf<typeof getPlan>) {
    return this.queries.execute(new GetPlan(params.name, params.cluster));
  }
}
