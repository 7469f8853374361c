import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { applicationDecider, applicationStream, warningsOf, type Warning } from '@keelson/domain';
import type { CommandContext, EventStore } from '@keelson/event-store';
import { checkClusterNames } from '../clusters/check-cluster-names';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { STORE } from '../options';
import type { DefinitionBody } from './applications.operations';
import { toDefinition } from './definition';
import { registerDependencies } from './register-dependencies';

export class DefineApplication extends Command<Recorded<{ warnings: Warning[] }>> {
  constructor(
    readonly context: CommandContext,
    readonly application: string,
    readonly body: DefinitionBody,
  ) {
    super();
  }
}

@CommandHandler(DefineApplication)
export class DefineApplicationHandler implements ICommandHandler<DefineApplication> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  async execute({ context, application, body }: DefineApplication) {
    const definition = toDefinition(body);
    await checkClusterNames(this.store.pool, definition.placement.clusterNames ?? []);
    return this.runner.run(context, async (unit) => {
      const stream = applicationStream(application);
      const { state: before } = await unit.load(applicationDecider, stream);
      await unit.decide(applicationDecider, stream, { type: 'DefineApplication', application, definition });
      const edges = before.exists ? before.definition.dependsOn : [];
      await registerDependencies(unit, application, edges, definition.dependsOn);
      return { warnings: warningsOf(definition.objects) };
    });
  }
}
