import { Module } from '@nestjs/common';
import { ListRunEventsHandler } from './list-run-events';
import { GetRunHandler, ListRunsHandler } from './read-runs';
import { RunsController } from './runs.controller';

@Module({
  controllers: [RunsController],
  providers: [ListRunsHandler, GetRunHandler, ListRunEventsHandler],
})
export class RunsModule {}
