import type { RecordedEvent } from '@keelson/event-store';
import { z } from 'zod';
import { position, time, type View } from '../schemas/common';

/** One event of the log as clients see it, in every place where they do. */
export const eventSchema = z
  .strictObject({
    position,
    id: z.string(),
    type: z.string(),
    stream: z.string(),
    version: z.int().meta({ description: 'Place in its stream, from 1' }),
    at: time,
    actor: z.string(),
    reason: z.string().optional(),
    correlationId: z.string(),
    causationId: z.string().optional(),
    data: z.unknown(),
    hash: z.string(),
  })
  .meta({ id: 'Event' });

export type EventView = View<typeof eventSchema>;

export const eventView = ({ meta, ...event }: RecordedEvent): EventView => ({
  position: event.position,
  id: event.id,
  type: event.type,
  stream: event.stream,
  version: event.version,
  at: event.recordedAt,
  actor: meta.actor,
  ...(meta.reason === undefined ? {} : { reason: meta.reason }),
  correlationId: meta.correlationId,
  ...(meta.causationId === undefined ? {} : { causationId: meta.causationId }),
  data: event.data,
  hash: event.hash,
});
