import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { deleteHold, getHold, listHolds, postHold } from './holds.operations';
import { PlaceHold } from './place-hold';
import { GetHold, ListHolds } from './read-holds';
import { ReleaseHold } from './release-hold';

@Controller()
export class HoldsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(postHold)
  post(@Input() { context, body }: InputOf<typeof postHold>) {
    return this.commands.execute(new PlaceHold(context, body.scope, body.reason));
  }

  @Handle(listHolds)
  list(@Input() { query }: InputOf<typeof listHolds>) {
    const { limit, after, ...filter } = query;
    return this.queries.execute(new ListHolds(filter, { limit, after }));
  }

  @Handle(getHold)
  get(@Input() { params }: InputOf<typeof getHold>) {
    return this.queries.execute(new GetHold(params.id));
  }

  @Handle(deleteHold)
  delete(@Input() { context, params }: InputOf<typeof deleteHold>) {
    return this.commands.execute(new ReleaseHold(context, params.id));
  }
}
