import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { ApplicationsModule } from './applications/applications.module';
import { AuditModule } from './audit/audit.module';
import { ClustersModule } from './clusters/clusters.module';
import { CommandRunner } from './commands/command-runner';
import { DiffModule } from './diff/diff.module';
import { DriftModule } from './drift/drift.module';
import { EventsModule } from './events/events.module';
import { HealthController } from './health/health.controller';
import { Metrics } from './health/metrics';
import { ReadinessProbe } from './health/readiness';
import { HoldsModule } from './holds/holds.module';
import { IdempotencyInterceptor } from './http/idempotency.interceptor';
import { MinPositionInterceptor } from './http/min-position.interceptor';
import { missingRoute } from './http/missing-route';
import { OpenStreams } from './http/open-streams';
import { ProblemFilter } from './http/problem.filter';
import { NodeRepairPoliciesModule } from './node-repair-policies/node-repair-policies.module';
import { NodesModule } from './nodes/nodes.module';
import { OpenapiController } from './openapi/openapi.controller';
import { operations } from './operations';
import { LOGGER, OPTIONS, REGISTRY, STORE, VAULT, type ApiOptions } from './options';
import { ReleasesModule } from './releases/releases.module';
import { RunsModule } from './runs/runs.module';
import { SidecarsModule } from './sidecars/sidecars.module';
import { TargetsModule } from './targets/targets.module';
import { WebhooksModule } from './webhooks/webhooks.module';
import { WindowsModule } from './windows/windows.module';

/** What every resource's module uses. */
@Module({})
class EdgeModule {
  static of(options: ApiOptions): DynamicModule {
    const shared: Provider[] = [
      { provide: OPTIONS, useValue: options },
      { provide: STORE, useValue: options.store },
      { provide: VAULT, useValue: options.vault },
      { provide: REGISTRY, useValue: options.registry },
      { provide: LOGGER, useValue: options.logger },
      Metrics,
      CommandRunner,
      OpenStreams,
    ];
    return {
      module: EdgeModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      controllers: [HealthController, OpenapiController],
      providers: [
        ...shared,
        ReadinessProbe,
        { provide: APP_INTERCEPTOR, useClass: MinPositionInterceptor },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_FILTER, useValue: new ProblemFilter(options.logger, missingRoute(operations)) },
      ],
      exports: [...shared, CqrsModule],
    };
  }
}

@Module({})
export class ApiModule {
  static of(options: ApiOptions): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        EdgeModule.of(options),
        ClustersModule,
        ApplicationsModule,
        ReleasesModule,
        TargetsModule,
        DiffModule,
        DriftModule,
        RunsModule,
        SidecarsModule,
        HoldsModule,
        WindowsModule,
        NodesModule,
        NodeRepairPoliciesModule,
        WebhooksModule,
        AuditModule,
        EventsModule,
      ],
    };
  }
}
