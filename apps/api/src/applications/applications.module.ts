import { Module } from '@nestjs/common';
import { ApplicationsController } from './applications.controller';
import { DefineApplicationHandler } from './define-application';
import { DeleteApplicationHandler } from './delete-application';
import { GetApplicationHandler, ListApplicationsHandler } from './read-applications';
import { ScaleApplicationHandler } from './scale-application';

@Module({
  controllers: [ApplicationsController],
  providers: [
    DefineApplicationHandler,
    DeleteApplicationHandler,
    ScaleApplicationHandler,
    ListApplicationsHandler,
    GetApplicationHandler,
  ],
})
export class ApplicationsModule {}
