import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '../../logger';
import { aborted, backoff, pause } from '../../waiting';
import { ContiguousPump } from '../contiguous-pump';
import type { LogSource, RecordedEvent, SubscribeOptions, Subscription } from '../event-bus';
import { failureListener } from '../failure-listener';
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
  /** How long the log may be ahead of what Kafka brought before it is read instead, in milliseconds. */
  readonly patienceMs: number;
  readonly fetchWaitMs: number;
  readonly sessionTimeoutMs: number;
}

/**
 * A consumer of the topic while there are brokers, a tail of the log while there are none. Both feed one
 * pump, which makes the change-over safe: see ContiguousPump.
 *
 * Each consumer is alone in a group of its own that keeps no offsets: the receiver has the position. In a
 * group that processes share, one would read for all, and a reader that is stuck but alive (its database is
 * away, say) would stop them all; one that died would do so for the session timeout, 10 s. A new group at
 * every try also spares waiting for the end of the last one's session.
 */
export class KafkaSubscription implements Subscription {
  readonly #stopping = new AbortController();
  readonly #stopped = aborted(this.#stopping.signal);
  readonly #pump: ContiguousPump;
  readonly #onError: (error: unknown) => void;
  readonly #running: Promise<unknown>;
  #tail: Subscription | undefined;
  #handingOver: Promise<void> = Promise.resolve();

  constructor(
    private readonly deps: KafkaSubscriptionOptions,
    private readonly options: SubscribeOptions,
  ) {
    const { signal } = this.#stopping;
    const listener = failureListener(options, deps.logger);
    this.#onError = (error) => {
      if (!signal.aborted) listener(error);
    };
    this.#pump = new ContiguousPump(deps.source, options, this.#onError, signal);
    this.#startTail();
    this.#running = Promise.all([this.#keepConsuming(), this.#watchForStalls()]);
  }

  get position(): number {
    return this.#pump.position;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error(`${this.options.name} is stopping`));
    await this.#running;
    await this.#handingOver;
    await this.#stopTail();
    await this.#pump.idle();
    this.deps.health.forget(this);
  }

  async #keepConsuming(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; attempt++) {
      await this.#consume(() => (attempt = 0));
      await pause(backoff(attempt, retry), signal);
    }
  }

  /** Resolves when stopped, or when the brokers are lost and the tail has taken over. */
  async #consume(onFetched: () => void): Promise<void> {
    const { kafka, topic, health } = this.deps;
    const consumer = this.#newConsumer();
    const lost = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    lost.catch(() => undefined);
    let assigned = false;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      assigned = payload.memberAssignment[topic]?.includes(0) ?? false;
      if (!assigned) this.#startTail();
    });
    // Only now is it settled from which offset on the topic is read: what comes later will not be missed.
    consumer.on(consumer.events.FETCH, () => {
      if (!assigned || !this.#tail) return;
      onFetched();
      health.back(this);
      this.#handingOver = this.#handOver();
    });
    try {
      await ensureTopic(kafka, topic);
      await consumer.connect();
      await consumer.subscribe({ topic });
      const eachBatch = (payload: EachBatchPayload): Promise<void> => this.#eachBatch(payload);
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
      await Promise.race([lost, this.#stopped]);
    } catch (error) {
      assigned = false;
      if (this.#stopping.signal.aborted) return;
      health.lost(this, error);
      this.#startTail();
    } finally {
      await disconnect(consumer);
    }
  }

  #newConsumer(): Consumer {
    const { kafka, topic, fetchWaitMs, sessionTimeoutMs } = this.deps;
    return kafka.consumer({
      groupId: `${topic}.${this.options.name.replaceAll(' ', '-')}.${randomUUID()}`,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: sessionTimeoutMs / 5,
      maxWaitTimeInMs: fetchWaitMs,
      // Coming back is this class's own business, because it has to know when to read the log instead.
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { messages } = payload.batch;
    const { identity, source } = this.deps;
    const log = await identity();
    const size = this.options.batchSize ?? 500;
    for (let from = 0; from < messages.length && payload.isRunning() && !payload.isStale(); from += size) {
      const slice = messages.slice(from, from + size);
      const events = slice.flatMap((message): RecordedEvent[] => {
        const event = log === undefined ? undefined : fromMessage(message, log);
        return event ? [source.upcast(event)] : [];
      });
      await this.#feedWithHeartbeats(events, () => payload.heartbeat());
      const last = slice.at(-1);
      if (last) payload.resolveOffset(last.offset);
    }
  }

  /** A failed heartbeat is a lost session: kafkajs must hear of it, while the pump finishes what it has. */
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
      if (this.#tail || signal.aborted) continue;
      try {
        if (this.#pump.position < due) await this.#pump.catchUp(due);
        due = (await this.deps.source.head()).position;
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** From the tail to the consumer; the log gives what the tail did not come to and the consumer came too late for. */
  async #handOver(): Promise<void> {
    await this.#stopTail();
    try {
      await this.#pump.catchUp((await this.deps.source.head()).position);
    } catch (error) {
      this.#onError(error);
    }
  }

  #startTail(): void {
    this.#tail ??= this.deps.source.subscribe({
      ...this.options,
      after: this.#pump.position,
      onBatch: async (events) => {
        await this.#pump.feed(events);
        return this.#pump.position;
      },
      onError: this.#onError,
    });
  }

  async #stopTail(): Promise<void> {
    const tail = this.#tail;
    this.#tail = undefined;
    await tail?.stop();
  }
}

/** kafkajs rejects, or waits for a reply that will not come, when the brokers are gone. */
async function disconnect(consumer: Consumer): Promise<void> {
  await consumer.disconnect().catch(() => undefined);
}
