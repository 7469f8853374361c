import { Module } from '@nestjs/common';
import { DriftController } from './drift.controller';
import { ListDriftHandler } from './read-drift';

@Module({ controllers: [DriftController], providers: [ListDriftHandler] })
export class DriftModule {}
