import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { ActOnRun } from './act-on-run';
import { ListRunEvents } from './list-run-events';
import { GetRun, ListRuns } from './read-runs';
import { getRun, listRunEvents, listRuns, postRunAction } from './runs.operations';

@Controller()
export class RunsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(listRuns)
  list(@Input() { query }: InputOf<typeof listRuns>) {
    const { limit, after, ...filter } = query;
    return this.queries.execute(new ListRuns(filter, { limit, after }));
  }

  @Handle(getRun)
  get(@Input() { params }: InputOf<typeof getRun>) {
    return this.queries.execute(new GetRun(params.id));
  }

  @Handle(listRunEvents)
  events(@Input() { params, query }: InputOf<typeof listRunEvents>) {
    return this.queries.execute(new ListRunEvents(params.id, query));
  }

  @Handle(postRunAction)
  act(@Input() { context, params, body }: InputOf<typeof postRunAction>) {
    return this.commands.execute(new ActOnRun(context, params.id, body));
  }
}
