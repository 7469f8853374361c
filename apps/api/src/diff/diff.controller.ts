import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Handle, Input, type InputOf } from '../http/operation';
import { DiffRelease } from './diff-release';
import { DiffTarget } from './diff-target';
import { getTargetDiff, postDiff } from './diff.operations';

@Controller()
export class DiffController {
  constructor(private readonly queries: QueryBus) {}

  @Handle(postDiff)
  release(@Input() { params, body }: InputOf<typeof postDiff>) {
    return this.queries.execute(new DiffRelease(params.name, body));
  }

  @Handle(getTargetDiff)
  target(@Input() { params }: InputOf<typeof getTargetDiff>) {
    return this.queries.execute(new DiffTarget(params.name, params.cluster));
  }
}
