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
  /**
   * Who reads, for logs; on Kafka also the consumer group, in which one process at a time is active.
   * Subscribers that must each see every event (one per connection, one per process) need names of
   * their own.
   */
  readonly name: string;
  /** The last position already dealt with; 0 for the beginning. */
  readonly after: number;
  /** At most this many events per call; 500 when left out. */
  readonly batchSize?: number;
  /**
   * Gets the log in position order without gaps, from `after + 1`. When it throws it is called again
   * with the same events after a pause, until it returns: nothing is ever skipped. A batch may come
   * again after a crash, so the receiver keeps its own position with its own results.
   */
  onBatch(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void>;
}

export interface Subscription {
  /** The last position that onBatch has dealt with. */
  position(): number;
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

/** What the bus needs of the event store; its LogReader is one. */
export interface LogSource {
  head(): Promise<{ readonly position: number }>;
  read(filter: { readonly after: number; readonly limit: number }): Promise<readonly RecordedEvent[]>;
  subscribe(options: LogSubscribeOptions): LogSubscription;
}

export interface LogSubscribeOptions extends SubscribeOptions {
  onError?(error: unknown): void;
}

export interface LogSubscription {
  readonly position: number;
  stop(): Promise<void>;
}
