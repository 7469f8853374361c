import type { RecordedEvent } from '../types';

/** An event of the log as the world outside sees it, wherever it does. */
export interface PublicEvent {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  /** Place in its stream, from 1. */
  readonly version: number;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly actor: string;
  readonly reason?: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly data: unknown;
  readonly hash: string;
}

export const publicEvent = ({ meta, ...event }: RecordedEvent): PublicEvent => ({
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
