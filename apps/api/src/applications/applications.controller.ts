import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import {
  deleteApplication,
  getApplication,
  listApplications,
  putApplication,
  scaleApplication,
} from './applications.operations';
import { DefineApplication } from './define-application';
import { DeleteApplication } from './delete-application';
import { GetApplication, ListApplications } from './read-applications';
import { ScaleApplication } from './scale-application';

@Controller()
export class ApplicationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(putApplication)
  put(@Input() { context, params, body }: InputOf<typeof putApplication>) {
    return this.commands.execute(new DefineApplication(context, params.name, body));
  }

  @Handle(listApplications)
  list(@Input() { query }: InputOf<typeof listApplications>) {
    return this.queries.execute(new ListApplications(query));
  }

  @Handle(getApplication)
  get(@Input() { params }: InputOf<typeof getApplication>) {
    return this.queries.execute(new GetApplication(params.name));
  }

  @Handle(deleteApplication)
  delete(@Input() { context, params }: InputOf<typeof deleteApplication>) {
    return this.commands.execute(new DeleteApplication(context, params.name));
  }

  @Handle(scaleApplication)
  scale(@Input() { context, params, body }: InputOf<typeof scaleApplication>) {
    const { reason: _, ...scale } = body;
    return this.commands.execute(new ScaleApplication(context, params.name, scale));
  }
}
