import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { RecordedEvent } from '../event-bus';

/**
 * What lies on the topic, for this program and for any other that reads it.
 *
 * - One partition: the order of positions is total, and a second partition would break it.
 * - `key`: the stream's name.
 * - `value`: the recorded event as plain JSON: `{position, id, stream, version, type, schemaVersion, data,
 *   meta, recordedAt, hash}`. It is no CloudEvents envelope; callbacks have one.
 * - headers, all text: `type`, `position`, `schemaVersion`, and `log`, the id of the log's first event,
 *   by which two logs that were given the same topic are told apart.
 *
 * The topic is a copy, not the log: an event may come more than once (drop it when its position was
 * seen), positions may be missing (an event over the size limit, a broker that lost data), and retention
 * may have removed the beginning. `GET /v1/audit?after=POSITION` has every event.
 */
export function toMessage(event: RecordedEvent, log: string): Message & { value: string } {
  return {
    key: event.stream,
    value: JSON.stringify(event),
    partition: 0,
    headers: {
      type: event.type,
      position: String(event.position),
      schemaVersion: String(event.schemaVersion),
      log,
    },
  };
}

/** The event in a message, or undefined when it is none of this log's. */
export function fromMessage(message: KafkaMessage, log: string): RecordedEvent | undefined {
  if (header(message.headers, 'log') !== log || !message.value) return undefined;
  try {
    const event = JSON.parse(message.value.toString()) as RecordedEvent;
    return String(event.position) === header(message.headers, 'position') ? event : undefined;
  } catch {
    return undefined;
  }
}

function header(headers: IHeaders | undefined, name: string): string | undefined {
  return headers?.[name]?.toString();
}

/**
 * Groups messages so that each group's values stay under `limit` bytes, in order. Brokers limit a whole
 * record batch, not only a message (`message.max.bytes`, 1 MiB by default). A message that is over the
 * limit alone is left out and counted: sending it would fail for ever and hold up all that follow, while a
 * gap is filled from the log.
 */
export function packed<M extends { value: string }>(
  messages: readonly M[],
  limit: number,
): { groups: M[][]; leftOut: number } {
  const groups: M[][] = [];
  let room = 0;
  let leftOut = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.value);
    if (size > limit) {
      leftOut++;
      continue;
    }
    if (size > room) {
      groups.push([]);
      room = limit;
    }
    groups.at(-1)?.push(message);
    room -= size;
  }
  return { groups, leftOut };
}
