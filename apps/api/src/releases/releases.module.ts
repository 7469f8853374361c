import { Module } from '@nestjs/common';
import { ListReleasesHandler } from './list-releases';
import { ReleasesController } from './releases.controller';
import { RequestReleaseHandler } from './request-release';
import { RollBackHandler } from './roll-back';

@Module({
  controllers: [ReleasesController],
  providers: [RequestReleaseHandler, RollBackHandler, ListReleasesHandler],
})
export class ReleasesModule {}
