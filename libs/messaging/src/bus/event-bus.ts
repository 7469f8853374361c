/** An event of the global log. The event store's own type, told again so that this library needs no store. */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  /** Place in the one global order: 1, 2, 3 … without gaps. */
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  /** Place in its stream: 1, 2, 3 … without gaps. */
  readonly version: number;
  readonly type: Type;
  readonly schemaVersion: number;
  readonly data: Data;
  readonly meta: {
    readonly commandId: string;
    readonly correlationId: string;
    readonly causationId?: string;
    readonly actor: string;
    readonly reason?: string;
  };
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
  readonly hash: string;
}

export interface SubscribeOptions {
  /** Who reads, for logs. Two subscriptions of one name know nothing of each other: each gets the whole log. */
  readonly name: string;
  /** The last position already dealt with; 0 for the beginning. */
  readonly after: number;
  /** At most this many events per call; 500 when left out. */
  readonly batchSize?: number;
  /**
   * Gets the log in position order without gaps, from `after + 1`, one batch at a time. When it throws it is
   * called again with the same events after a pause, until it returns: nothing is ever skipped. A batch may
   * come again after a crash, so the receiver keeps its own position with its own results; when that one is
   * not where the batch ends (another process has moved it, a transaction of it was lost), it answers the
   * position to go on from.
   */
  onBatch(events: readonly RecordedEvent[], signal: AbortSignal): Promise<number | void>;
  /** Told of every failure; left out, they are logged. */
  onError?(error: unknown): void;
}

export interface Subscription {
  /** The last position that onBatch has dealt with. */
  readonly position: number;
  /** Resolves when no onBatch is running and none will be. */
  stop(): Promise<void>;
}

/** The global log, delivered at least once and in order to whoever subscribes. */
export interface EventBus {
  /** For the line that says what the process uses. */
  readonly description: string;
  subscribe(options: SubscribeOptions): Subscription;
  /** Stops every subscription and lets go of every connection. */
  close(): Promise<void>;
}

/** What a bus needs of the event store; its LogReader is one. */
export interface LogSource {
  head(): Promise<{ readonly position: number }>;
  read(filter: { readonly after: number; readonly limit: number }): Promise<readonly RecordedEvent[]>;
  /** As `EventBus.subscribe`. */
  subscribe(options: SubscribeOptions): Subscription;
  /** Brings an event that came another way to the present shape of its type, as `read` does by itself. */
  upcast(event: RecordedEvent): RecordedEvent;
}
