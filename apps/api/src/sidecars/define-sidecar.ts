import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  checkContent,
  DEFAULT_SIDECAR_STRATEGY,
  sidecarDecider,
  sidecarStream,
  validatePlacement,
  validateSelector,
  validateSidecarStrategy,
  type SidecarDefinition,
} from '@keelson/domain';
import type { CommandContext, EventStore } from '@keelson/event-store';
import { checkClusterNames } from '../clusters/check-cluster-names';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { invalid } from '../http/problem';
import { STORE } from '../options';
import { clashErrors } from './clash-errors';
import { clashesOf } from './clashes.queries';
import type { SidecarBody } from './sidecars.operations';

export class DefineSidecar extends Command<Recorded<object>> {
  constructor(
    readonly context: CommandContext,
    readonly sidecar: string,
    readonly body: SidecarBody,
  ) {
    super();
  }
}

@CommandHandler(DefineSidecar)
export class DefineSidecarHandler implements ICommandHandler<DefineSidecar> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  async execute({ context, sidecar, body }: DefineSidecar) {
    const { pool } = this.store;
    const definition = toDefinition(body);
    const { containers, placement } = definition;
    await checkClusterNames(pool, placement.clusterNames ?? []);
    const clashes = await clashesOf(pool, sidecar, definition, containers);
    if (clashes.length > 0) throw invalid(clashErrors(clashes, containers, true), 'container-taken');
    return this.runner.run(context, async (unit) => {
      const command = { type: 'DefineSidecar', sidecar, definition } as const;
      await unit.decide(sidecarDecider, sidecarStream(sidecar), command);
      return {};
    });
  }
}

const toDefinition = (body: SidecarBody): SidecarDefinition => {
  const { applicationSelector, placement, strategy = DEFAULT_SIDECAR_STRATEGY } = body;
  const checked = checkContent(body);
  const errors = [
    ...(checked.ok ? [] : checked.errors),
    ...validateSelector(applicationSelector, '/applicationSelector'),
    ...validatePlacement(placement),
    ...validateSidecarStrategy(strategy),
  ];
  if (!checked.ok || errors.length > 0) throw invalid(errors);
  return { ...checked.content, applicationSelector, placement, strategy };
};
