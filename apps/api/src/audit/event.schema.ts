import { publicEvent, type RecordedEvent } from '@keelson/event-store';
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

export const eventView: (event: RecordedEvent) => EventView = publicEvent;
