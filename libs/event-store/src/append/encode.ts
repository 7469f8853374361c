import canonicalize from 'canonicalize';
import { v5 } from 'uuid';
import { UnstorableEventError } from '../errors';
import type { AppendUnit, EventMeta, NewEvent } from '../types';

/**
 * An event's RFC 8785 text in the two pieces that its appender knows. The database puts the time between them and
 * the version behind them, so that it is written once and by one clock, and yet is part of what is hashed:
 * `head ‖ recordedAt ‖ tail ‖ version ‖ }`. The keys are in RFC 8785's order by themselves.
 */
export interface EncodedEvent {
  readonly id: string;
  readonly head: string;
  readonly tail: string;
}

export interface EncodedUnit {
  /** Id of the command's first event, whether or not it makes one: tells a repeated command. */
  readonly firstId: string;
  readonly streams: readonly { stream: string; expected: number; events: readonly EncodedEvent[] }[];
  /** Length in UTF-16 units: what bounds a batch. */
  readonly size: number;
  readonly answer: string | null;
}

/** Namespace of event ids: a constant of this system, made once at random. */
const namespace = '3f0d4c52-9b0e-4a53-9d5b-5a1a5c1ae3b7';

/** The same command and index always give the same id, so that a repeated command collides with itself. */
export const eventId = (commandId: string, index: number): string => v5(`${commandId}/${index}`, namespace);

/** PostgreSQL's jsonb holds neither U+0000 nor a lone surrogate; JSON writes both, and only those, like this. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

const canonical = (value: unknown, what: string): string => {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new UnstorableEventError(`${what} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (text === undefined) throw new UnstorableEventError(`${what} is not JSON`);
  if (text.includes('\\u') && unstorable.test(text))
    throw new UnstorableEventError(`${what} holds a NUL character or half a surrogate pair`);
  return text;
};

/** Only the known keys, whatever else the caller's object carries. */
const metaText = ({ commandId, correlationId, causationId, actor, reason }: EventMeta): string =>
  canonical({ commandId, correlationId, causationId, actor, reason }, 'the metadata');

const encodeEvent = (event: NewEvent, id: string, stream: string, meta: string): EncodedEvent => ({
  id,
  head: `{"data":${canonical(event.data, `the data of ${event.type}`)},"id":"${id}","meta":${meta},"recordedAt":"`,
  tail: `","schemaVersion":${event.schemaVersion ?? 1},"stream":${stream},"type":${canonical(event.type, 'a type')},"version":`,
});

/** @throws UnstorableEventError for data that is not JSON, before anything is sent. */
export const encodeUnit = (unit: AppendUnit): EncodedUnit => {
  const meta = metaText(unit.meta);
  const names = new Set<string>();
  const firstId = eventId(unit.meta.commandId, 0);
  let index = 0;
  let size = 0;
  const streams = unit.streams.map(({ stream, expectedVersion, events }) => {
    if (names.has(stream)) throw new UnstorableEventError(`${stream} appears twice in one unit`);
    names.add(stream);
    const name = canonical(stream, 'the name of a stream');
    const encoded = events.map((event) => {
      const id = index === 0 ? firstId : eventId(unit.meta.commandId, index);
      index += 1;
      const made = encodeEvent(event, id, name, meta);
      size += made.head.length + made.tail.length;
      return made;
    });
    return { stream, expected: expectedVersion === 'any' ? -1 : expectedVersion, events: encoded };
  });
  const answer = unit.idempotency ? canonical(unit.idempotency.answer ?? null, 'the answer') : null;
  return { firstId, streams, size, answer };
};
