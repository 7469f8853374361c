import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import type { Logger } from '../../logger';
import type { EventBus, LogSource, SubscribeOptions, Subscription } from '../event-bus';
import { BrokerHealth } from './broker-health';
import { KafkaForwarder } from './forwarder';
import { KafkaSubscription } from './kafka-subscription';

export interface KafkaBusOptions {
  /** Brokers and whatever else kafkajs needs to reach them (ssl, sasl). */
  readonly kafka: Omit<KafkaConfig, 'brokers'> & { readonly brokers: string[] };
  /** `keelson.log` when left out. */
  readonly topic?: string;
  readonly source: LogSource;
  /** PostgreSQL URL of the log's own database: the forwarder's lock and checkpoint are there. */
  readonly database: string;
  readonly logger: Logger;
  /** Whether this process may be the one that copies the log to the topic; true when left out. */
  readonly forward?: boolean;
  /** Milliseconds that the log may be ahead of Kafka before it is read instead; 1,000 when left out. */
  readonly patienceMs?: number;
  /** Milliseconds that a broker may hold a fetch for which it has nothing; 500 when left out, as everywhere. */
  readonly fetchWaitMs?: number;
  /** Milliseconds after which the brokers give a silent consumer up; 10,000 when left out. */
  readonly sessionTimeoutMs?: number;
}

/**
 * The bus over the Kafka protocol. Kafka carries the events; the log in PostgreSQL remains the truth:
 * whatever Kafka repeats is dropped, and whatever it does not bring is read from there.
 */
export class KafkaBus implements EventBus {
  readonly description: string;
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #health: BrokerHealth;
  readonly #forwarder: KafkaForwarder | undefined;
  readonly #subscriptions = new Set<KafkaSubscription>();
  #firstEventId: string | undefined;
  #closed = false;

  constructor(private readonly options: KafkaBusOptions) {
    const { kafka, topic = 'keelson.log', source, database, logger } = options;
    const brokers = kafka.brokers.join(',');
    this.description = `Kafka ${brokers}`;
    this.#topic = topic;
    this.#health = new BrokerHealth(brokers, logger);
    this.#kafka = new Kafka({
      clientId: 'keelson',
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      // What matters is told by BrokerHealth; kafkajs would repeat it at every retry.
      logLevel: logLevel.NOTHING,
      ...kafka,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000, ...kafka.retry },
    });
    if (options.forward === false) return;
    this.#forwarder = new KafkaForwarder({
      ...{ kafka: this.#kafka, topic, source, database, logger },
      health: this.#health,
      identity: () => this.#identity(),
    });
  }

  subscribe(options: SubscribeOptions): Subscription {
    if (this.#closed) throw new Error(`bus is closed: ${options.name} cannot subscribe`);
    const { source, logger } = this.options;
    const { patienceMs = 1_000, fetchWaitMs = 500, sessionTimeoutMs = 10_000 } = this.options;
    const subscription = new KafkaSubscription(
      {
        ...{ kafka: this.#kafka, topic: this.#topic, source, logger },
        ...{ patienceMs, fetchWaitMs, sessionTimeoutMs },
        health: this.#health,
        identity: () => this.#identity(),
      },
      options,
    );
    this.#subscriptions.add(subscription);
    return {
      get position() {
        return subscription.position;
      },
      stop: async () => {
        this.#subscriptions.delete(subscription);
        await subscription.stop();
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#forwarder?.stop(), ...[...this.#subscriptions].map((each) => each.stop())]);
    this.#subscriptions.clear();
  }

  /** Never changes once the log has an event, so it is asked for until then. */
  async #identity(): Promise<string | undefined> {
    this.#firstEventId ??= (await this.options.source.read({ after: 0, limit: 1 }))[0]?.id;
    return this.#firstEventId;
  }
}
