import { Controller, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Handle, Input, type InputOf } from '../http/operation';
import { OpenStreams } from '../http/open-streams';
import { invalid } from '../http/problem';
import { streamEvents } from './events.operations';
import { FollowEvents } from './follow-events';
import { SSE } from './sse';

@Controller()
export class EventsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly streams: OpenStreams,
  ) {}

  @Handle(streamEvents)
  async stream(
    @Input() { query }: InputOf<typeof streamEvents>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const after = lastEventId(reply.request.headers['last-event-id']) ?? query.after;
    const frames = await this.queries.execute(new FollowEvents({ ...query, after }));
    return this.streams.start(reply, SSE, frames);
  }
}

/** A browser that comes back sends the same query as before, so its header says better where it is. */
const lastEventId = (header: string | string[] | undefined): number | undefined => {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  throw invalid([{ path: 'Last-Event-ID', message: 'must be a position: a whole number' }]);
};
