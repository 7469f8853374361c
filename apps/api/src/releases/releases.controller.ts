import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { ListReleases } from './list-releases';
import { listReleases, postRelease, postRollback } from './releases.operations';
import { RequestRelease } from './request-release';
import { RollBack } from './roll-back';

@Controller()
export class ReleasesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(postRelease)
  post(@Input() { context, params, body }: InputOf<typeof postRelease>) {
    return this.commands.execute(new RequestRelease(context, params.name, body));
  }

  @Handle(postRollback)
  rollBack(@Input() { context, params, body }: InputOf<typeof postRollback>) {
    return this.commands.execute(new RollBack(context, params.name, body));
  }

  @Handle(listReleases)
  list(@Input() { params, query }: InputOf<typeof listReleases>) {
    return this.queries.execute(new ListReleases(params.name, query));
  }
}
