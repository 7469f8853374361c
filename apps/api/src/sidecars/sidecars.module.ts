import { Module } from '@nestjs/common';
import { DefineSidecarHandler } from './define-sidecar';
import { DeleteSidecarHandler } from './delete-sidecar';
import { GetSidecarHandler, ListSidecarsHandler, ListSidecarTargetsHandler } from './read-sidecars';
import { RequestSidecarReleaseHandler } from './request-sidecar-release';
import { SidecarsController } from './sidecars.controller';

@Module({
  controllers: [SidecarsController],
  providers: [
    DefineSidecarHandler,
    DeleteSidecarHandler,
    RequestSidecarReleaseHandler,
    ListSidecarsHandler,
    GetSidecarHandler,
    ListSidecarTargetsHandler,
  ],
})
export class SidecarsModule {}
