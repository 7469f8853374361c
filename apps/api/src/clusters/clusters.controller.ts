import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { deleteCluster, getCluster, listClusters, putCluster } from './clusters.operations';
import { ForgetCluster } from './forget-cluster';
import { GetCluster, ListClusters } from './read-clusters';
import { RegisterCluster } from './register-cluster';

@Controller()
export class ClustersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(putCluster)
  put(@Input() { context, params, body }: InputOf<typeof putCluster>) {
    return this.commands.execute(new RegisterCluster(context, params.name, body.labels, body.connection));
  }

  @Handle(listClusters)
  list(@Input() { query }: InputOf<typeof listClusters>) {
    return this.queries.execute(new ListClusters(query));
  }

  @Handle(getCluster)
  get(@Input() { params }: InputOf<typeof getCluster>) {
    return this.queries.execute(new GetCluster(params.name));
  }

  @Handle(deleteCluster)
  delete(@Input() { context, params, query }: InputOf<typeof deleteCluster>) {
    return this.commands.execute(new ForgetCluster(context, params.name, query.workloads));
  }
}
