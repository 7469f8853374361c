/** What a caller wants recorded. `data` is plain JSON; by convention it carries the string fields
 * `application`, `cluster` and `run` where they apply, because the audit indexes look for them there. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** Version of the shape of `data`; 1 when left out. */
  readonly schemaVersion?: number;
  readonly data: Data;
}

/** Who and why. Stored with every event of the command. */
export interface EventMeta {
  /** Identity of the command: a repeated one is answered with the first outcome. Any string; a UUID by habit. */
  readonly commandId: string;
  readonly correlationId: string;
  /** Id of the event that caused the command, when an event did. */
  readonly causationId?: string;
  readonly actor: string;
  readonly reason?: string;
}

/** An event as one stream knows it: not necessarily sealed, hence without a position. */
export interface StreamEvent<Type extends string = string, Data = unknown> {
  readonly id: string;
  readonly stream: string;
  /** 1 for the first event of the stream, without gaps. */
  readonly version: number;
  readonly type: Type;
  readonly schemaVersion: number;
  readonly data: Data;
  readonly meta: EventMeta;
  /** RFC 3339 in UTC with milliseconds, from the database's clock. */
  readonly recordedAt: string;
  /** sha256 in hex; see chain/hash.ts for what is hashed. */
  readonly hash: string;
}

/** An event with its place in the one global order: 1, 2, 3 … without gaps. */
export interface RecordedEvent<Type extends string = string, Data = unknown> extends StreamEvent<Type, Data> {
  readonly position: number;
}

/** A stream's share of a unit. Without events it only asserts the version: the unit read this stream. */
export interface StreamAppend {
  readonly stream: string;
  /** 0: the stream must not exist. 'any': whatever it is. */
  readonly expectedVersion: number | 'any';
  readonly events: readonly NewEvent[];
}

/** A client's own name for a request, so that it can be repeated safely. */
export interface IdempotencyKey {
  /** Keys of different scopes (actors, routes) never meet. */
  readonly scope: string;
  readonly key: string;
  /** Hash of the request: the same key with another request is refused. */
  readonly requestHash: string;
}

/** All or nothing over its streams. */
export interface AppendUnit {
  readonly streams: readonly StreamAppend[];
  readonly meta: EventMeta;
  /** Recorded in the same transaction; `answer` is what a repetition will be given. */
  readonly idempotency?: IdempotencyKey & { readonly answer: unknown };
}

/** An event as its appender knows it; its hash is made by the database and comes with reading it. */
export type AppendedEvent = Omit<StreamEvent, 'hash'>;

/** `seq` is the database's own number of an event: it has gaps, and is no position (see LogReader.awaitSealed). */
export type AppendOutcome =
  | {
      readonly outcome: 'ok';
      readonly seqs: readonly number[];
      /** Version of each stream of the unit after it, in the unit's order. */
      readonly versions: readonly number[];
      readonly events: readonly AppendedEvent[];
    }
  | { readonly outcome: 'conflict'; readonly stream: string; readonly actual: number }
  /** The command had been recorded before: its first outcome's events. */
  | { readonly outcome: 'duplicate'; readonly seqs: readonly number[] }
  /** The idempotency key had been used before: look its answer up. */
  | { readonly outcome: 'answered' };

/** What `CommandExecutor.execute` needs to know of a command. */
export interface CommandContext {
  readonly commandId: string;
  /** The command's own id when left out: it starts a new correlation. */
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly actor: string;
  readonly reason?: string;
  readonly idempotency?: IdempotencyKey;
}

/** Filters of the log; all must hold. Events come in position order. */
export interface LogFilter {
  /** Positions greater than this one; 0 when left out. */
  readonly after?: number;
  /** At most this many events; 500 when left out. */
  readonly limit?: number;
  /** Recorded at or after. */
  readonly from?: Date;
  /** Recorded at or before. */
  readonly to?: Date;
  /** Positions up to and including this one. */
  readonly upTo?: number;
  readonly stream?: string;
  readonly application?: string;
  readonly cluster?: string;
  readonly run?: string;
  readonly actor?: string;
  readonly type?: string;
}

export interface StoredAnswer {
  readonly requestHash: string;
  readonly answer: unknown;
  readonly position: number;
}
