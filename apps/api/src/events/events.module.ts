import { Module } from '@nestjs/common';
import { EventsController } from './events.controller';
import { FollowEventsHandler } from './follow-events';
import { LogTail } from './log-tail';

@Module({ controllers: [EventsController], providers: [FollowEventsHandler, LogTail] })
export class EventsModule {}
