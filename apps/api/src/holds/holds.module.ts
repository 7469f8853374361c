import { Module } from '@nestjs/common';
import { HoldsController } from './holds.controller';
import { PlaceHoldHandler } from './place-hold';
import { GetHoldHandler, ListHoldsHandler } from './read-holds';
import { ReleaseHoldHandler } from './release-hold';

@Module({
  controllers: [HoldsController],
  providers: [PlaceHoldHandler, ReleaseHoldHandler, ListHoldsHandler, GetHoldHandler],
})
export class HoldsModule {}
