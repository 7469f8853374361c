import { Module } from '@nestjs/common';
import { GetPlanHandler, ListTargetsHandler } from './read-targets';
import { TargetsController } from './targets.controller';

@Module({ controllers: [TargetsController], providers: [ListTargetsHandler, GetPlanHandler] })
export class TargetsModule {}
