import { Module } from '@nestjs/common';
import { ListReleasesHandler } from './list-releases';
import { ReleasesController } from './releases.controller';
import { RequestReleaseHandler } from './request-release';

@Module({
  controllers: [ReleasesController],
  providers: [RequestReleaseHandler, ListReleasesHandler],
})
export class ReleasesModule {}
