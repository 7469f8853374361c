import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { DefineSidecar } from './define-sidecar';
import { DeleteSidecar } from './delete-sidecar';
import { GetSidecar, ListSidecars, ListSidecarTargets } from './read-sidecars';
import { RequestSidecarRelease } from './request-sidecar-release';
import {
  deleteSidecar,
  getSidecar,
  listSidecars,
  listSidecarTargets,
  postSidecarRelease,
  putSidecar,
} from './sidecars.operations';

@Controller()
export class SidecarsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(putSidecar)
  put(@Input() { context, params, body }: InputOf<typeof putSidecar>) {
    return this.commands.execute(new DefineSidecar(context, params.name, body));
  }

  @Handle(listSidecars)
  list(@Input() { query }: InputOf<typeof listSidecars>) {
    return this.queries.execute(new ListSidecars(query));
  }

  @Handle(getSidecar)
  get(@Input() { params }: InputOf<typeof getSidecar>) {
    return this.queries.execute(new GetSidecar(params.name));
  }

  @Handle(deleteSidecar)
  delete(@Input() { context, params }: InputOf<typeof deleteSidecar>) {
    return this.commands.execute(new DeleteSidecar(context, params.name));
  }

  @Handle(postSidecarRelease)
  release(@Input() { context, params, body }: InputOf<typeof postSidecarRelease>) {
    return this.commands.execute(new RequestSidecarRelease(context, params.name, body));
  }

  @Handle(listSidecarTargets)
  targets(@Input() { params, query }: InputOf<typeof listSidecarTargets>) {
    return this.queries.execute(new ListSidecarTargets(params.name, query));
  }
}
