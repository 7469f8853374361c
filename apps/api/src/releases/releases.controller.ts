import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { ListReleases } from './list-releases';
import { listReleases, postRelease } from './releases.operations';
import { RequestRelease } from './request-release';

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

  @Handle(listReleases)
  list(@Input() { params, query }: InputOf<typeof listReleases>) {
    return this.queries.execute(new ListReleases(params.name, query));
  }
}
