import { z } from 'zod';
import { eventFilter } from '../audit/audit.operations';
import { operation } from '../http/operation';
import { SSE } from './sse';

export const streamEvents = operation({
  id: 'streamEvents',
  tag: 'Events',
  summary: 'Server-sent events of the log, as they happen',
  description:
    'id is the position. Resumes after Last-Event-ID, else after the query parameter, else begins now; the first comment says at which position. A comment is sent every 15 s.',
  method: 'GET',
  path: '/v1/events',
  query: z.strictObject(eventFilter),
  media: [SSE],
});

export const eventOperations = [streamEvents];
