import type { Kafka } from 'kafkajs';

/**
 * Asks for the topic with its one partition. Brokers that allow no admin calls (or not to us) make it at
 * the first message instead; every message names partition 0, so more partitions would do no harm.
 */
export async function ensureTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
  } catch {
    return;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** The id of the log's first event; undefined while the log is empty. */
export type LogIdentity = () => Promise<string | undefined>;
