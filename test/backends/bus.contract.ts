import type { EventBus, LogSource, RecordedEvent, Subscription } from '@keelson/messaging';
import { eventually, gate } from './support/eventually';
import { recordingLogger, type RecordingLogger } from './support/recorded-log';
import { createDatabase, type Database } from './support/servers';
import { openTestLog, type TestLog } from './support/test-log';

export interface BusDependencies {
  readonly source: LogSource;
  readonly database: string;
  readonly logger: RecordingLogger;
}

/** What every EventBus does, whatever carries the events. */
export function busContract(open: (dependencies: BusDependencies) => EventBus): void {
  let database: Database;
  let log: TestLog;
  let logger: RecordingLogger;
  let bus: EventBus;

  beforeEach(async () => {
    database = await createDatabase();
    log = await openTestLog(database.url);
    logger = recordingLogger();
    bus = open({ source: log.source, database: database.url, logger });
  });
  afterEach(async () => {
    await bus.close();
    await log.close();
    await database.drop();
  });

  it('delivers what was there before and what comes later, in order and without gaps', async () => {
    await log.append(25);
    const seen: RecordedEvent[] = [];
    const subscription = bus.subscribe({
      name: 'reader',
      after: 0,
      batchSize: 10,
      onBatch: async (events) => {
        expect(events.length).toBeLessThanOrEqual(10);
        seen.push(...events);
      },
    });
    for (let n = 0; n < 20; n++) await log.append(5);
    await reached(subscription, 125);
    expect(seen.map((event) => event.position)).toEqual(positions(1, 125));
    expect(seen).toEqual(await log.source.read({ after: 0, limit: 125 }));
  });

  it('begins after the position that it is told', async () => {
    await log.append(10);
    const seen: number[] = [];
    const subscription = bus.subscribe({ name: 'reader', after: 7, onBatch: async (e) => collect(seen, e) });
    expect(subscription.position).toBe(7);
    await log.append(2);
    await reached(subscription, 12);
    expect(seen).toEqual(positions(8, 12));
  });

  it('gives every subscription the whole log, however slow another is', async () => {
    const hold = gate();
    const fast: number[] = [];
    const slow: number[] = [];
    const slowly = bus.subscribe({
      name: 'slow',
      after: 0,
      batchSize: 7,
      onBatch: async (events) => {
        await hold.opened;
        collect(slow, events);
      },
    });
    const quickly = bus.subscribe({ name: 'fast', after: 0, onBatch: async (e) => collect(fast, e) });
    await log.append(40);
    await reached(quickly, 40);
    expect(slowly.position).toBe(0);
    hold.open();
    await reached(slowly, 40);
    expect(fast).toEqual(positions(1, 40));
    expect(slow).toEqual(positions(1, 40));
  });

  it('knows no difference between two subscriptions of one name', async () => {
    const seen: number[][] = [[], []];
    const both = seen.map((mine) =>
      bus.subscribe({ name: 'reader', after: 0, onBatch: async (e) => collect(mine, e) }),
    );
    await log.append(20);
    await Promise.all(both.map((subscription) => reached(subscription, 20)));
    expect(seen).toEqual([positions(1, 20), positions(1, 20)]);
  });

  it('goes on from the position that the receiver answers, ahead or behind', async () => {
    const seen: number[] = [];
    let lost = true;
    const subscription = bus.subscribe({
      name: 'reader',
      after: 0,
      batchSize: 4,
      onBatch: async (events) => {
        collect(seen, events);
        const last = events.at(-1)?.position ?? 0;
        if (last === 4) return 10; // another process has come further
        if (last < 18 || !lost) return;
        lost = false;
        return 16; // what came after 16 was lost
      },
    });
    // One append, one transaction: no batch is smaller for having come early.
    await log.append(18);
    await reached(subscription, 18);
    expect(seen).toEqual([...positions(1, 4), ...positions(11, 18), ...positions(17, 18)]);
    await log.append(3);
    await reached(subscription, 21);
    expect(seen.slice(-3)).toEqual(positions(19, 21));
  });

  it('tells a subscription that listens of its failures, and the log of the others', async () => {
    const errors: unknown[] = [];
    let failures = 2;
    const subscription = bus.subscribe({
      name: 'reader',
      after: 0,
      onBatch: async () => {
        if (failures-- > 0) throw new Error('mine alone');
      },
      onError: (error) => errors.push(error),
    });
    await log.append(3);
    await reached(subscription, 3);
    expect(errors).toEqual([new Error('mine alone'), new Error('mine alone')]);
    expect(logger.count('mine alone')).toBe(0);
  });

  it('brings the same events again after a failure, for as long as it fails, and skips none', async () => {
    const tried: string[] = [];
    const seen: number[] = [];
    let failures = 4;
    const subscription = bus.subscribe({
      name: 'reader',
      after: 0,
      batchSize: 5,
      onBatch: async (events) => {
        const range = `${events[0]?.position}-${events.at(-1)?.position}`;
        if (events[0]?.position === 6 && failures-- > 0) {
          tried.push(range);
          throw new Error('the read model is away');
        }
        collect(seen, events);
      },
    });
    await log.append(15);
    await reached(subscription, 15);
    expect(seen).toEqual(positions(1, 15));
    expect(tried).toHaveLength(4);
    expect(logger.count('the read model is away')).toBe(4);
  });

  it('never runs two batches of a subscription at once', async () => {
    let running = 0;
    let most = 0;
    const subscription = bus.subscribe({
      name: 'reader',
      after: 0,
      batchSize: 3,
      onBatch: async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running--;
      },
    });
    for (let n = 0; n < 30; n++) await log.append(2);
    await reached(subscription, 60);
    expect(most).toBe(1);
  });

  it('stops after the batch in hand, and goes on from its position', async () => {
    const hold = gate();
    const seen: number[] = [];
    let begun = false;
    const first = bus.subscribe({
      name: 'reader',
      after: 0,
      batchSize: 4,
      onBatch: async (events) => {
        begun = true;
        await hold.opened;
        collect(seen, events);
      },
    });
    await log.append(12);
    await eventually('a batch is in hand', () => begun, Boolean);
    const stopped = first.stop();
    hold.open();
    await stopped;
    const after = first.position;
    expect(seen).toEqual(positions(1, after));
    expect(after).toBeLessThanOrEqual(4);

    const second = bus.subscribe({ name: 'reader', after, onBatch: async (e) => collect(seen, e) });
    await reached(second, 12);
    expect(seen).toEqual(positions(1, 12));
  });

  it('stops while a batch keeps failing', async () => {
    const subscription = bus.subscribe({
      name: 'reader',
      after: 0,
      onBatch: async () => {
        throw new Error('for ever');
      },
    });
    await log.append(3);
    await eventually(
      'it failed',
      () => logger.count('for ever'),
      (times) => times > 1,
    );
    await subscription.stop();
    expect(subscription.position).toBe(0);
  });

  it('goes on when the database has cut every connection', async () => {
    const seen: number[] = [];
    const subscription = bus.subscribe({ name: 'reader', after: 0, onBatch: async (e) => collect(seen, e) });
    await log.append(5);
    await reached(subscription, 5);
    await database.cutConnections();
    await eventually(
      'the log takes events again',
      () => log.append(5).catch(() => 0),
      (head) => head > 0,
    );
    const { position } = await log.source.head();
    await reached(subscription, position);
    expect(seen).toEqual(positions(1, position));
  });

  it('takes no subscription once it is closed', async () => {
    await bus.close();
    expect(() => bus.subscribe({ name: 'late', after: 0, onBatch: async () => undefined })).toThrow('closed');
  });
}

export function positions(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

export function collect(into: number[], events: readonly RecordedEvent[]): void {
  into.push(...events.map((event) => event.position));
}

export async function reached(subscription: Subscription, position: number): Promise<void> {
  await eventually(
    `position ${position}`,
    () => subscription.position,
    (now) => now >= position,
    30_000,
  );
}
