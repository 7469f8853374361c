import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { reasonOf, type Logger } from '../../logger';
import { aborted, backoff, pause } from '../../waiting';
import { ContiguousPump } from '../contiguous-pump';
import type { LogSource, LogSubscription, RecordedEvent, SubscribeOptions, Subscription } from '../event-bus';
import type { BrokerHealth } from './broker-health';
import { fromMessage } from './message';
import { ensureTopic, type LogIdentity } from './topic';

const retry = { base: 250, max: 5_000 };

export interface KafkaSubscriptionOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly source: LogSource;
  readonly identity: LogIdentity;
  readonly health: BrokerHealth;
  readonly logger: Logger;
  readonly upcast: (event: RecordedEvent) => RecordedEvent;
  /** How long the log may be ahead of what Kafka brought before it is read instead, in milliseconds. */
  readonly patienceMs: number;
  readonly fetchWaitMs: number;
  readonly sessionTimeoutMs: number;
}

/**
 * A member of the subscription's consumer group while there are brokers, a tail of the log while there are
 * none. Both feed one pump, which makes the change-over safe: see ContiguousPump.
 */
export class KafkaSubscription implements Subscription {
  readonly #stopping = new AbortController();
  readonly #stopped = aborted(this.#stopping.signal);
  readonly #pump: ContiguousPump;
  readonly #running: Promise<unknown>;
  #tail: LogSubscription | undefined;
  /** True while the group has given this member the partition; a standby has nothing to catch up with. */
  #assigned = false;

  constructor(
    private readonly deps: KafkaSubscriptionOptions,
    private readonly options: SubscribeOptions,
  ) {
    this.#pump = new ContiguousPump(deps.source, options, deps.logger, this.#stopping.signal);
    this.#startTail();
    this.#running = Promise.all([this.#keepConsuming(), this.#watchForStalls()]);
  }

  position(): number {
    return this.#pump.position;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error(`${this.options.name} is stopping`));
    await this.#running;
    await this.#stopTail();
    await this.#pump.idle();
    this.deps.health.forget(this);
  }

  async #keepConsuming(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.#consume(() => (attempt = 0));
      } catch (error) {
        if (signal.aborted) break;
        this.deps.health.lost(this, error);
        this.#assigned = false;
        this.#startTail();
      }
      await pause(backoff(attempt, retry), signal);
    }
  }

  /** Returns when stopped; throws when the brokers are lost. */
  async #consume(onJoined: () => void): Promise<void> {
    const { kafka, topic, health, fetchWaitMs, sessionTimeoutMs } = this.deps;
    const consumer = kafka.consumer({
      // Two installations may share brokers: their topics differ.
      groupId: `${topic}.${this.options.name}`,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: sessionTimeoutMs / 5,
      rebalanceTimeout: sessionTimeoutMs + 5_000,
      maxWaitTimeInMs: fetchWaitMs,
      // Coming back is this class's own business, because it has to know when to read the log instead.
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
    const lost = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    lost.catch(() => undefined);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#assigned = payload.memberAssignment[topic]?.includes(0) ?? false;
      health.back(this);
      onJoined();
      void this.#stopTail();
    });
    try {
      await ensureTopic(kafka, topic);
      await consumer.connect();
      await consumer.subscribe({ topic });
      await consumer.run({ eachBatchAutoResolve: false, eachBatch: (payload) => this.#eachBatch(payload) });
      await Promise.race([lost, this.#stopped]);
    } finally {
      await disconnect(consumer);
    }
  }

  /** Offsets are resolved, and then committed by kafkajs, after onBatch has dealt with the events. */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { messages } = payload.batch;
    const log = await this.deps.identity();
    const size = this.options.batchSize ?? 500;
    for (let from = 0; from < messages.length && payload.isRunning() && !payload.isStale(); from += size) {
      const slice = messages.slice(from, from + size);
      const events = slice.flatMap((message): RecordedEvent[] => {
        const event = log === undefined ? undefined : fromMessage(message, log);
        return event ? [this.deps.upcast(event)] : [];
      });
      await this.#feedWithHeartbeats(events, () => payload.heartbeat());
      const last = slice.at(-1);
      if (last) payload.resolveOffset(last.offset);
    }
  }

  /** A failed heartbeat is a rebalance: kafkajs must hear of it, while the pump finishes what it has. */
  async #feedWithHeartbeats(events: readonly RecordedEvent[], heartbeat: () => Promise<void>): Promise<void> {
    const done = new AbortController();
    const beating = (async () => {
      for (;;) {
        await pause(this.deps.sessionTimeoutMs / 5, done.signal);
        if (done.signal.aborted) return;
        await heartbeat();
      }
    })();
    try {
      await Promise.race([this.#pump.feed(events), beating.then(() => aborted(done.signal))]);
    } finally {
      done.abort();
      beating.catch(() => undefined);
    }
  }

  /** Kafka may be up and still bring nothing: no forwarder, lost data, an event too large for it. */
  async #watchForStalls(): Promise<void> {
    const { signal } = this.#stopping;
    let due = 0;
    while (!signal.aborted) {
      await pause(this.deps.patienceMs, signal);
      if (!this.#assigned || signal.aborted) continue;
      try {
        if (this.#pump.position < due) await this.#pump.catchUp(due);
        due = (await this.deps.source.head()).position;
      } catch (error) {
        if (!signal.aborted) this.#warn(error, 'could not compare Kafka with the log');
      }
    }
  }

  #startTail(): void {
    this.#tail ??= this.deps.source.subscribe({
      ...this.options,
      after: this.#pump.position,
      onBatch: (events) => this.#pump.feed(events),
      onError: (error) => {
        if (!this.#stopping.signal.aborted) this.#warn(error, 'reading the log failed, trying again');
      },
    });
  }

  async #stopTail(): Promise<void> {
    const tail = this.#tail;
    this.#tail = undefined;
    await tail?.stop();
  }

  #warn(error: unknown, message: string): void {
    this.deps.logger.warn({ subscription: this.options.name, error: reasonOf(error) }, message);
  }
}

/** kafkajs rejects, or waits for a reply that will not come, when the brokers are gone. */
async function disconnect(consumer: Consumer): Promise<void> {
  await consumer.disconnect().catch(() => undefined);
}
