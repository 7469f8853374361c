import type { RecordedEvent } from '@keelson/event-store';
import { eventView } from '../audit/event.schema';

export const SSE = 'text/event-stream';

/** How long a stream may be silent: shorter than the idle timeouts of the usual proxies (60 s). */
export const HEARTBEAT_MS = 15_000;

/** https://html.spec.whatwg.org/multipage/server-sent-events.html. JSON has no line breaks, so one data line is enough. */
export const sseFrame = (event: RecordedEvent): string =>
  `id: ${event.position}\ndata: ${JSON.stringify(eventView(event))}\n\n`;

/**
 * The first thing sent: that the client is connected, how soon it should come back, and after which position, should
 * there be no event until then. In a comment, because an id stands for an event that was sent.
 */
export const sseGreeting = (position: number): string => `retry: 1000\n: connected at ${position}\n\n`;

/** A comment, which clients skip. */
export const SSE_HEARTBEAT = ': still here\n\n';
