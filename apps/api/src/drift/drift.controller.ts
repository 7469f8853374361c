import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { listDrift } from './drift.operations';
import { ListDrift } from './read-drift';

@Controller()
export class DriftController {
  constructor(private readonly queries: QueryBus) {}

  @Handle(listDrift)
  list(@Input() { params, query }: InputOf<typeof listDrift>) {
    return this.queries.execute(new ListDrift(params.name, params.cluster, query));
  }
}
