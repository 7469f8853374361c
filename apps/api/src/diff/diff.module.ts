import { Module } from '@nestjs/common';
import { DiffReleaseHandler } from './diff-release';
import { DiffTargetHandler } from './diff-target';
import { DiffController } from './diff.controller';

@Module({ controllers: [DiffController], providers: [DiffReleaseHandler, DiffTargetHandler] })
export class DiffModule {}
