import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { ListRunEvents } from './list-run-events';
import { GetRun, ListRuns } from './read-runs';
import { getRun, listRunEvents, listRuns } from './runs.operations';

@Controller()
export class RunsController {
  constructor(private readonly queries: QueryBus) {}

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
}
