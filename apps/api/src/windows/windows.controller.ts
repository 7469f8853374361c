import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { DefineWindow } from './define-window';
import { DeleteWindow } from './delete-window';
import { GetWindow, ListWindows } from './read-windows';
import { deleteWindow, getWindow, listWindows, putWindow } from './windows.operations';

@Controller()
export class WindowsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Handle(putWindow)
  put(@Input() { context, params, body }: InputOf<typeof putWindow>) {
    const { reason: _, ...definition } = body;
    return this.commands.execute(new DefineWindow(context, params.name, definition));
  }

  @Handle(listWindows)
  list(@Input() { query }: InputOf<typeof listWindows>) {
    return this.queries.execute(new ListWindows(query));
  }

  @Handle(getWindow)
  get(@Input() { params }: InputOf<typeof getWindow>) {
    return this.queries.execute(new GetWindow(params.name));
  }

  @Handle(deleteWindow)
  delete(@Input() { context, params }: InputOf<typeof deleteWindow>) {
    return this.commands.execute(new DeleteWindow(context, params.name));
  }
}
