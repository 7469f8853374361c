import { Partitioners, type Kafka, type Producer } from 'kafkajs';
import type { Client } from 'pg';
import { reasonOf, type Logger } from '../../logger';
import { aborted, backoff, pause } from '../../waiting';
import type { LogSource, RecordedEvent } from '../event-bus';
import type { BrokerHealth } from './broker-health';
import { leadWhile, type Leadership } from './leader';
import { packed, toMessage } from './message';
import { ensureTopic, type LogIdentity } from './topic';

/** Below the 1 MiB that brokers allow by default, with room for keys, headers and framing. */
const maxBatchBytes = 900_000;
const batchSize = 500;
const retry = { base: 200, max: 5_000 };

export interface ForwarderOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly source: LogSource;
  readonly identity: LogIdentity;
  /** PostgreSQL URL, for the lock and the checkpoint. */
  readonly database: string;
  readonly health: BrokerHealth;
  readonly logger: Logger;
}

/**
 * Copies the log to the topic. Every process may run one; one at a time is active.
 *
 * The checkpoint follows the broker's acknowledgement, so a crash between the two sends a batch again and
 * never loses one; Kafka's transactions would not change that, and not every broker has them.
 */
export class KafkaForwarder {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #producer: Producer | undefined;

  constructor(private readonly options: ForwarderOptions) {
    const { database, topic, logger } = options;
    this.#running = leadWhile(
      { database, name: `keelson-forwarder ${topic}`, logger, signal: this.#stopping.signal },
      (leadership) => this.#forward(leadership),
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.options.health.forget(this);
  }

  async #forward({ client, signal }: Leadership): Promise<void> {
    const { topic, source, logger } = this.options;
    const after = await loadCheckpoint(client, topic);
    logger.info({ topic, after }, 'forwarding the log to Kafka');
    const tail = source.subscribe({
      name: 'kafka-forwarder',
      after,
      batchSize,
      onBatch: async (events) => {
        await this.#sendUntilItWorks(events, signal);
        await saveCheckpoint(client, topic, events.at(-1)?.position ?? after);
      },
      onError: (error) => {
        if (!signal.aborted)
          logger.warn({ topic, error: reasonOf(error) }, 'forwarding failed, trying again');
      },
    });
    await aborted(signal);
    await tail.stop();
    await this.#dropProducer();
  }

  async #sendUntilItWorks(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        await this.#send(events);
        return this.options.health.back(this);
      } catch (error) {
        if (!signal.aborted) this.options.health.lost(this, error);
        // An idempotent producer that failed may be out of sequence with the broker for good.
        await this.#dropProducer();
        await pause(backoff(attempt, retry), signal);
      }
    }
  }

  async #send(events: readonly RecordedEvent[]): Promise<void> {
    const { topic, identity, logger } = this.options;
    const log = (await identity()) ?? '';
    const { groups, leftOut } = packed(
      events.map((event) => toMessage(event, log)),
      maxBatchBytes,
    );
    if (leftOut) logger.warn({ topic, leftOut, maxBatchBytes }, 'too large for Kafka: left to the log');
    const producer = await this.#connected();
    for (const messages of groups) await producer.send({ topic, acks: -1, messages });
  }

  async #connected(): Promise<Producer> {
    if (this.#producer) return this.#producer;
    const { kafka, topic } = this.options;
    await ensureTopic(kafka, topic);
    this.#producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: true,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await this.#producer.connect();
    return this.#producer;
  }

  async #dropProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }
}

/** Made by whoever leads, under the lock: concurrent `create … if not exists` can fail on each other. */
async function loadCheckpoint(client: Client, topic: string): Promise<number> {
  await client.query('create schema if not exists messaging');
  await client.query(
    'create table if not exists messaging.forwarded (topic text primary key, position bigint not null)',
  );
  const { rows } = await client.query<{ position: string }>(
    'select position from messaging.forwarded where topic = $1',
    [topic],
  );
  return Number(rows[0]?.position ?? 0);
}

async function saveCheckpoint(client: Client, topic: string, position: number): Promise<void> {
  await client.query(
    `insert into messaging.forwarded (topic, position) values ($1, $2)
     on conflict (topic) do update set position = excluded.position`,
    [topic, position],
  );
}
