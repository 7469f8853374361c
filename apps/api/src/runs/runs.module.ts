import { Module } from '@nestjs/common';
import { ActOnRunHandler } from './act-on-run';
import { ListRunEventsHandler } from './list-run-events';
import { GetRunHandler, ListRunsHandler } from './read-runs';
import { RunsController } from './runs.controller';

@Module({
  controllers: [RunsController],
  providers: [ActOnRunHandler, ListRunsHandler, GetRunHandler, ListRunEventsHandler],
})
export class RunsModule {}
