import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type KafkaMessage } from 'kafkajs';
import { Upcasters } from '@keelson/event-store';
import { KafkaBus, type KafkaBusOptions, type RecordedEvent } from '@keelson/messaging';
import { collect, positions, reached } from './bus.contract';
import { CountingSource } from './support/counting-source';
import { eventually, gate } from './support/eventually';
import { NetworkSwitch } from './support/network-switch';
import { recordingLogger, type RecordingLogger } from './support/recorded-log';
import { createDatabase, server, type Database } from './support/servers';
import { openTestLog, type TestLog } from './support/test-log';

jest.setTimeout(90_000);

/** The mock broker holds a fetch for its full time, though something comes; a real one answers at once. */
const fetchWaitMs = 20;
/** What the topic's messages of version 1 are brought to. */
const upcasters = new Upcasters().register('PlanChanged', 1, (data) => {
  const { step, ...rest } = data as { step?: number };
  return step === undefined ? rest : { ...rest, steps: [step] };
});
const away = 'Kafka is away';
const back = 'Kafka is back';

describe('Kafka beside the log', () => {
  let database: Database;
  let log: TestLog;
  let source: CountingSource;
  let logger: RecordingLogger;
  let network: NetworkSwitch;
  let topic: string;
  let closing: (() => Promise<unknown>)[];

  const brokers = (): string[] => server('KAFKA_BROKERS').split(',');
  const outsider = (): Kafka => new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING });

  function openBus(options: Partial<KafkaBusOptions> = {}): KafkaBus {
    const bus = new KafkaBus({
      kafka: { brokers: brokers(), socketFactory: network.socketFactory },
      ...{
        topic,
        source,
        database: database.url,
        logger,
        patienceMs: 300,
        fetchWaitMs,
        sessionTimeoutMs: 3_000,
      },
      ...options,
    });
    closing.unshift(() => bus.close());
    return bus;
  }

  /** Everything on the topic as another program reads it. */
  async function readTopic(): Promise<KafkaMessage[]> {
    const messages: KafkaMessage[] = [];
    const consumer = outsider().consumer({ groupId: randomUUID(), maxWaitTimeInMs: fetchWaitMs });
    closing.unshift(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) });
    return messages;
  }

  /** Resolves when the subscriptions are fed by Kafka. */
  const joined = (): Promise<unknown> =>
    eventually(
      'no tail of the log is read by subscriptions',
      () => source.tails,
      (tails) => tails === 0,
    );

  beforeEach(async () => {
    database = await createDatabase();
    log = await openTestLog(database.url, upcasters);
    source = new CountingSource(log.source);
    logger = recordingLogger();
    network = new NetworkSwitch();
    topic = `keelson.log.${randomUUID()}`;
    closing = [];
  });
  afterEach(async () => {
    network.on();
    for (const close of closing) await close();
    await log.close();
    await database.drop();
  });

  it('puts every event on the topic as it promises to other programs', async () => {
    await log.append(30);
    openBus();
    const messages = await readTopic();
    await eventually(
      'all came',
      () => messages.length,
      (count) => count >= 30,
    );
    const events = await log.source.read({ after: 0, limit: 30 });
    expect(messages.map((message) => JSON.parse(String(message.value)))).toEqual(events);
    const [first] = events as [RecordedEvent];
    expect(String(messages[0]?.key)).toBe(first.stream);
    expect(
      Object.entries(messages[0]?.headers ?? {}).map(([name, value]) => `${name}=${String(value)}`),
    ).toEqual([
      `type=${first.type}`,
      'position=1',
      `schemaVersion=${first.schemaVersion}`,
      `log=${first.id}`,
    ]);
  });

  it('feeds its subscriptions from the topic, not from the database', async () => {
    const seen: number[] = [];
    await log.append(1);
    const bus = openBus({ patienceMs: 60_000 });
    const subscription = bus.subscribe({ name: 'reader', after: 0, onBatch: async (e) => collect(seen, e) });
    await joined();
    await log.append(1);
    await reached(subscription, 2);
    const before = source.reads;
    for (let n = 0; n < 20; n++) {
      const head = await log.append(10);
      await reached(subscription, head);
    }
    expect(seen).toEqual(positions(1, 202));
    expect(source.reads - before).toBeLessThanOrEqual(2);
  });

  it('reads the log while the brokers are away at the start, says so once, and goes back', async () => {
    network.off();
    const seen: number[] = [];
    const bus = openBus();
    const reader = bus.subscribe({ name: 'reader', after: 0, onBatch: async (e) => collect(seen, e) });
    bus.subscribe({ name: 'another', after: 0, onBatch: async () => undefined });
    await log.append(20);
    await reached(reader, 20);
    await eventually(
      'it is said',
      () => logger.count(away),
      (times) => times > 0,
    );
    await log.append(20);
    await reached(reader, 40);

    network.on();
    await eventually(
      'it is said',
      () => logger.count(back),
      (times) => times > 0,
      30_000,
    );
    await joined();
    await log.append(20);
    await reached(reader, 60);
    expect(seen).toEqual(positions(1, 60));
    expect([logger.count(away), logger.count(back)]).toEqual([1, 1]);
  });

  it('loses nothing and repeats nothing when the brokers come and go under writes', async () => {
    const seen: number[] = [];
    const bus = openBus();
    const reader = bus.subscribe({
      name: 'reader',
      after: 0,
      batchSize: 50,
      onBatch: async (e) => collect(seen, e),
    });
    await log.append(10);
    await reached(reader, 10);
    let head = 10;
    for (let round = 1; round <= 3; round++) {
      await joined();
      network.off();
      await eventually(
        'it is said',
        () => logger.count(away),
        (times) => times === round,
      );
      head = await log.append(100);
      await reached(reader, head);
      network.on();
      for (let n = 0; n < 10; n++) head = await log.append(10);
      await eventually(
        'it is said',
        () => logger.count(back),
        (times) => times === round,
        30_000,
      );
    }
    await reached(reader, head);
    expect(seen).toEqual(positions(1, head));

    const messages = await readTopic();
    const forwarded = (): Set<string> =>
      new Set(messages.map((message) => String(message.headers?.position)));
    await eventually(
      'all are on the topic',
      () => forwarded().size,
      (count) => count === head,
      30_000,
    );
  });

  it('has one forwarder among many, and another when that one goes', async () => {
    const forwarding = (): number => logger.count('forwarding the log to Kafka');
    const first = openBus();
    await eventually('one forwards', forwarding, (count) => count === 1);
    openBus();
    openBus();
    await log.append(50);
    const messages = await readTopic();
    await eventually(
      'all came',
      () => messages.length,
      (count) => count >= 50,
    );
    expect(forwarding()).toBe(1);

    await first.close();
    await eventually('another forwards', forwarding, (count) => count === 2);
    await database.cutConnections();
    await eventually('one forwards again', forwarding, (count) => count === 3);
    await eventually(
      'the log takes events again',
      () => log.append(50).catch(() => 0),
      (head) => head > 0,
    );
    const { position } = await log.source.head();
    const forwarded = (): Set<string> =>
      new Set(messages.map((message) => String(message.headers?.position)));
    await eventually(
      'all came',
      () => forwarded().size,
      (count) => count === position,
      30_000,
    );
  });

  it('feeds every process, each for itself: one that is stuck or gone holds up nobody', async () => {
    const hold = gate();
    const seen: number[] = [];
    const stuck = openBus();
    stuck.subscribe({ name: 'reader', after: 0, onBatch: () => hold.opened });
    const bus = openBus({ patienceMs: 60_000 });
    const reader = bus.subscribe({ name: 'reader', after: 0, onBatch: async (e) => collect(seen, e) });
    await joined();
    await reached(reader, await log.append(20));
    hold.open();
    await stuck.close();
    await reached(reader, await log.append(20));
    expect(seen).toEqual(positions(1, 40));
  });

  it('misses nothing that falls between the tail of the log and the topic', async () => {
    const hold = gate();
    const seen: number[] = [];
    // Nobody forwards and no patience ends: whatever the tail leaves has to be fetched by the hand-over itself.
    const reader = openBus({ forward: false, patienceMs: 60_000 }).subscribe({
      name: 'reader',
      after: 0,
      batchSize: 1,
      onBatch: async (events) => {
        await hold.opened;
        collect(seen, events);
      },
    });
    await log.append(10);
    await joined();
    hold.open();
    await reached(reader, 10);
    expect(seen).toEqual(positions(1, 10));
  });

  describe('a topic that cannot be trusted', () => {
    async function publish(messages: { value: string; headers: Record<string, string> }[]): Promise<void> {
      const producer = outsider().producer({ createPartitioner: Partitioners.DefaultPartitioner });
      closing.unshift(() => producer.disconnect());
      await producer.connect();
      await producer.send({ topic, messages: messages.map((message) => ({ ...message, partition: 0 })) });
    }
    const message = (
      event: RecordedEvent,
      logId: string,
    ): { value: string; headers: Record<string, string> } => ({
      value: JSON.stringify(event),
      headers: { position: String(event.position), log: logId },
    });

    it('fills gaps from the log and drops what comes twice, late, broken or from another log', async () => {
      await log.append(1);
      const seen: RecordedEvent[] = [];
      const bus = openBus({ forward: false, patienceMs: 60_000 });
      const reader = bus.subscribe({ name: 'reader', after: 0, onBatch: async (e) => void seen.push(...e) });
      await reached(reader, 1);
      await joined();
      await log.append(29);
      const events = await log.source.read({ after: 0, limit: 30 });
      const at = (position: number): RecordedEvent => events[position - 1]!;
      const mine = events[0]!.id;
      await publish([
        message({ ...at(2), data: { from: 'another log' } }, randomUUID()),
        ...[2, 3, 3, 7, 5, 6, 7].map((position) => message(at(position), mine)),
        { value: '{"broken', headers: { position: '8', log: mine } },
        ...[10, 2, 30].map((position) => message(at(position), mine)),
      ]);
      await reached(reader, 30);
      expect(seen).toEqual(events);
    });

    it('reads the log when nothing is forwarded at all', async () => {
      const seen: number[] = [];
      const bus = openBus({ forward: false });
      const reader = bus.subscribe({ name: 'reader', after: 0, onBatch: async (e) => collect(seen, e) });
      await joined();
      await log.append(20);
      await reached(reader, 20);
      expect(seen).toEqual(positions(1, 20));
    });

    it('leaves an event that is too large for Kafka to the log, and holds nothing up for it', async () => {
      const seen: number[] = [];
      const reader = openBus().subscribe({
        name: 'reader',
        after: 0,
        onBatch: async (e) => collect(seen, e),
      });
      await log.append(3);
      await log.append(1, 2_000_000);
      await reached(reader, 4);
      await log.append(3);
      await reached(reader, 7);
      expect(seen).toEqual(positions(1, 7));
      const messages = await readTopic();
      await eventually(
        'the others came',
        () => messages.length,
        (count) => count === 6,
      );
      expect(logger.count('too large for Kafka')).toBe(1);
    });

    it('brings what an older process forwarded to the present shape, as the log does', async () => {
      await log.append(1);
      const seen: RecordedEvent[] = [];
      const reader = openBus({ forward: false, patienceMs: 60_000 }).subscribe({
        name: 'reader',
        after: 1,
        onBatch: async (events) => void seen.push(...events),
      });
      await eventually(
        'nothing more is asked of the log',
        () => source.heads,
        (heads) => heads > 0,
      );
      await log.append(1);
      const [first, second] = (await log.source.read({ after: 0, limit: 2 })) as [
        RecordedEvent,
        RecordedEvent,
      ];
      await publish([message({ ...second, schemaVersion: 1, data: { step: 3 } }, first.id)]);
      await reached(reader, 2);
      expect(seen).toEqual([{ ...second, schemaVersion: 2, data: { steps: [3] } }]);
    });
  });
});
