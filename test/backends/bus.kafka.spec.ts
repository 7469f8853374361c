import { randomUUID } from 'node:crypto';
import { KafkaBus } from '@keelson/messaging';
import { busContract } from './bus.contract';
import { server } from './support/servers';

jest.setTimeout(60_000);

describe('the bus on Kafka', () => {
  busContract(
    (dependencies) =>
      new KafkaBus({
        ...dependencies,
        kafka: { brokers: server('KAFKA_BROKERS').split(',') },
        fetchWaitMs: 20,
        topic: `keelson.log.${randomUUID()}`,
      }),
  );
});
