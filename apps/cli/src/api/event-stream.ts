import { createParser } from 'eventsource-parser';
import { setTimeout as delay } from 'node:timers/promises';
import { UnreachableError } from '../errors';
import type { ApiClient, Query } from './client';
import type { AuditEvent } from './types';

export interface Follow {
  readonly query: Query;
  /** Start behind this log position; without it, with what happens from now on. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** Called when the connection broke and is tried again. */
  readonly onBreak?: (why: string) => void;
}

/** What the server says first: where the stream begins. */
const GREETING = /^connected at (\d+)$/;

const RETRY_MS = 1_000;

/** A server that is restarted is back within seconds; one that is gone for a minute is gone. */
const GIVE_UP_MS = 60_000;

/**
 * The events of the log as they happen. A broken connection is resumed behind the last event that was seen, or where
 * the stream began, so none is missed and none comes twice. Ends when the signal is aborted.
 */
export async function* followEvents(api: ApiClient, follow: Follow): AsyncGenerator<AuditEvent> {
  let last = follow.after;
  let everConnected = false;
  let brokenSince: number | undefined;
  const connected = (): void => {
    everConnected = true;
    brokenSince = undefined;
  };
  const begun = (position: number): void => {
    last ??= position;
  };
  while (!follow.signal?.aborted) {
    try {
      for await (const event of oneConnection(api, follow, last, connected, begun)) {
        last = event.position;
        yield event;
      }
      brokenSince ??= Date.now();
      follow.onBreak?.('the server closed the stream');
    } catch (error) {
      if (follow.signal?.aborted) return;
      if (!(error instanceof UnreachableError) || !everConnected) throw error;
      brokenSince ??= Date.now();
      if (Date.now() - brokenSince > GIVE_UP_MS) throw error;
      follow.onBreak?.(error.message);
    }
    await delay(RETRY_MS, undefined, { signal: follow.signal }).catch(() => undefined);
  }
}

async function* oneConnection(
  api: ApiClient,
  { query, signal }: Follow,
  after: number | undefined,
  connected: () => void,
  begun: (position: number) => void,
): AsyncGenerator<AuditEvent> {
  const { body } = await api.stream('/events', {
    query,
    headers: {
      accept: 'text/event-stream',
      ...(after === undefined ? {} : { 'last-event-id': String(after) }),
    },
    ...(signal ? { signal } : {}),
  });
  connected();
  const arrived: AuditEvent[] = [];
  const parser = createParser({
    onEvent: ({ data }) => arrived.push(JSON.parse(data) as AuditEvent),
    onComment: (text) => {
      const position = GREETING.exec(text)?.[1];
      if (position !== undefined) begun(Number(position));
    },
  });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) {
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
      yield* arrived.splice(0);
    }
  } catch (cause) {
    if (signal?.aborted) return;
    throw new UnreachableError(`the connection to ${api.url} broke`, { cause });
  }
}
