import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { applicationDecider, applicationStream } from '@keelson/domain';
import type { CommandContext, EventStore } from '@keelson/event-store';
import { registeredClusters } from '../clusters/registered-clusters.queries';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { invalid } from '../http/problem';
import { STORE } from '../options';
import type { DefinitionBody } from './applications.operations';
import { toDefinition } from './definition';
import { registerDependencies } from './register-dependencies';

export class DefineApplication extends Command<Recorded<object>> {
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
    await this.checkNames(definition.placement.clusterNames ?? []);
    return this.runner.run(context, async (unit) => {
      const stream = applicationStream(application);
      const { state: before } = await unit.load(applicationDecider, stream);
      await unit.decide(applicationDecider, stream, { type: 'DefineApplication', application, definition });
      const edges = before.exists ? before.definition.dependsOn : [];
      await registerDependencies(unit, application, edges, definition.dependsOn);
      return {};
    });
  }

  /** A selector may match nothing yet; a name that nobody registered is a slip of the pen. */
  private async checkNames(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const registered = await registeredClusters(this.store.pool, names);
    const errors = names.flatMap((name, index) =>
      registered.has(name)
        ? []
        : [{ path: `/placement/clusterNames/${index}`, message: `there is no cluster ${name}` }],
    );
    if (errors.length > 0) throw invalid(errors, 'cluster-unknown');
  }
}
