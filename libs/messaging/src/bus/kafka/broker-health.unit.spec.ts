import { BrokerHealth } from './broker-health';

describe('broker health', () => {
  const lines: string[] = [];
  const write = (_: unknown, message: string): void => void lines.push(message);
  const [reader, forwarder] = [{}, {}];
  const health = new BrokerHealth('broker:9092', { info: write, warn: write });
  afterEach(() => void lines.splice(0));

  it('says once that brokers are away and once that they are back, for all of its parts', () => {
    health.lost(reader, new Error('refused'));
    health.lost(reader, new Error('refused'));
    health.lost(forwarder, new Error('refused'));
    health.back(reader);
    expect(lines).toEqual(['Kafka is away: reading the log from PostgreSQL']);
    health.back(forwarder);
    health.back(forwarder);
    expect(lines).toEqual(['Kafka is away: reading the log from PostgreSQL', 'Kafka is back']);
  });

  it('says nothing of parts that never lost them, nor of ones that stopped', () => {
    health.back(reader);
    expect(lines).toEqual([]);
    health.lost(reader, new Error('refused'));
    health.forget(reader);
    health.back(reader);
    expect(lines).toHaveLength(1);
  });
});
