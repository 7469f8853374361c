import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import {
  applicationDecider,
  applicationStream,
  clusterDecider,
  clusterStream,
  DEFAULT_STRATEGY,
} from '@keelson/domain';
import { createPool, openEventStore, type EventStore, type Projection } from '@keelson/event-store';
import { KafkaBus, PostgresBus, type EventBus } from '@keelson/messaging';
import { fleetProjection } from '../../apps/worker/src/fleet/projection';
import { positions } from './bus.contract';
import { CountingSource } from './support/counting-source';
import { eventually } from './support/eventually';
import { NetworkSwitch } from './support/network-switch';
import { recordingLogger } from './support/recorded-log';
import { createDatabase, server, type Database } from './support/servers';
import { openTestLog, type TestLog } from './support/test-log';

jest.setTimeout(90_000);

/** A worker's share of this, as another process has it. */
interface Process {
  readonly store: EventStore;
  readonly source: CountingSource;
  readonly network: NetworkSwitch;
  readonly projection: Projection;
  readonly errors: string[];
  stop(): Promise<void>;
}

const deadlineMs = 20_000;

describe('the fleet projection', () => {
  let database: Database;
  let migrated: TestLog;
  let pool: Pool;
  let store: EventStore;
  let topic: string;
  let processes: Process[];
  let writes: number;

  beforeEach(async () => {
    database = await createDatabase();
    migrated = await openTestLog(database.url);
    pool = createPool(database.url, { onError: () => undefined });
    store = await openEventStore({ pool });
    topic = `keelson.log.${randomUUID()}`;
    processes = [];
    writes = 0;
  });
  afterEach(async () => {
    for (const { network } of processes) network.on();
    await Promise.all(processes.map((each) => each.stop()));
    await store.stop();
    await pool.end();
    await migrated.close();
    await database.drop();
  });

  async function startProcess(
    open: (own: Pick<Process, 'source' | 'network'>) => EventBus,
    version = 1_000,
  ): Promise<Process> {
    const ownPool = createPool(database.url, { onError: () => undefined });
    const ownStore = await openEventStore({ pool: ownPool });
    const own = { source: new CountingSource(ownStore.log), network: new NetworkSwitch() };
    const bus = open(own);
    const fleet = fleetProjection();
    const errors: string[] = [];
    const projection = ownStore.runProjection({
      ...{ ...fleet, version, feed: bus },
      // In the projection's own transaction: a position that comes twice breaks it, one left out is missing here.
      ddl: `${fleet.ddl}; create table witness (position bigint primary key)`,
      apply: async (events, client) => {
        await fleet.apply(events, client);
        await client.query('insert into witness select unnest($1::bigint[])', [
          events.map(({ position }) => position),
        ]);
      },
      onError: (error) => errors.push(String(error)),
    });
    const process: Process = {
      ...{ ...own, store: ownStore, projection, errors },
      stop: async () => {
        await projection.stop();
        await bus.close();
        await ownStore.stop();
        await ownPool.end();
      },
    };
    processes.push(process);
    await projection.ready;
    return process;
  }

  const kafkaBus =
    (patienceMs: number) =>
    ({ source, network }: Pick<Process, 'source' | 'network'>): EventBus =>
      new KafkaBus({
        kafka: {
          brokers: server('KAFKA_BROKERS').split(','),
          socketFactory: network.socketFactory,
          requestTimeout: 2_000,
        },
        ...{ topic, source, patienceMs, database: database.url, logger: recordingLogger() },
        ...{ fetchWaitMs: 20, sessionTimeoutMs: 3_000 },
      });
  const postgresBus = ({ source }: Pick<Process, 'source'>): EventBus =>
    new PostgresBus(source, recordingLogger());

  /** One command on the fleet; resolves to the position of its event. */
  async function write(): Promise<number> {
    const n = writes++;
    const result = await store.commands.execute({ commandId: randomUUID(), actor: 'spec' }, async (unit) => {
      const cluster = `cluster-${n % 4}`;
      if (n === 0) await unit.decide(applicationDecider, applicationStream('shop'), define);
      else if (n % 3) await unit.decide(applicationDecider, applicationStream('shop'), scaledTo(n));
      else
        await unit.decide(clusterDecider, clusterStream(cluster), {
          type: 'RegisterCluster',
          cluster,
          labels: { turn: String(n) },
          connection: { server: 'https://nowhere', credentials: 'v1', warnings: [] },
        });
    });
    if (!result.ok) throw new Error(JSON.stringify(result.rejection));
    return result.position;
  }

  async function writeMany(count: number): Promise<number> {
    let head = 0;
    for (let n = 0; n < count; n++) head = await write();
    return head;
  }

  const fedByKafka = ({ source }: Process): Promise<unknown> =>
    eventually(
      'the tail of the log has ended',
      () => source.tails,
      (tails) => tails === 0,
      30_000,
    );

  const witnessed = async (): Promise<number[]> =>
    (await pool.query<{ position: number }>('select position::int from read.witness order by 1')).rows.map(
      ({ position }) => position,
    );

  async function contents(): Promise<unknown[]> {
    const rows: unknown[] = [];
    for (const table of ['clusters', 'applications', 'targets', 'plan_contents', 'inventory'])
      rows.push((await pool.query(`select to_jsonb(t) as row from read.${table} t order by 1`)).rows);
    return rows;
  }

  /** Each event once, and the read model what the log makes of it when it is built anew. */
  async function expectWhole(head: number): Promise<void> {
    expect(await witnessed()).toEqual(positions(1, head));
    const live = await contents();
    await Promise.all(processes.map(({ projection }) => projection.stop()));
    await startProcess(postgresBus, 1_001);
    expect(await contents()).toEqual(live);
    expect(await witnessed()).toEqual(positions(1, head));
  }

  it.each([
    ['PostgreSQL', () => postgresBus],
    ['Kafka', () => kafkaBus(1_000)],
  ])('of two workers on %s is one read model', async (_, bus) => {
    await writeMany(10);
    const [first, second] = [await startProcess(bus()), await startProcess(bus())];
    const head = await writeMany(60);
    await Promise.all(processes.map(({ projection }) => projection.waitFor(head, deadlineMs)));
    // Both know it, so that both look at what has changed.
    await eventually(
      'each has come to the end',
      () => [first.projection.position, second.projection.position],
      (both) => both.every((position) => position === head),
    );
    // Whoever comes second stands back; it does not run into what the first has written.
    expect([...first.errors, ...second.errors]).toEqual([]);
    await expectWhole(head);
  });

  it('lives on the topic alone while there is one', async () => {
    const worker = await startProcess(kafkaBus(60_000));
    await fedByKafka(worker);
    await worker.projection.waitFor(await write(), deadlineMs);
    const { reads } = worker.source;
    const head = await writeMany(50);
    await worker.projection.waitFor(head, deadlineMs);
    expect(worker.source.reads - reads).toBeLessThanOrEqual(1);
    expect(worker.source.tails).toBe(0);
    expect(worker.errors).toEqual([]);
    await expectWhole(head);
  });

  it('goes on while the brokers are away, hang, and come back, and no event is skipped or doubled', async () => {
    const [first, second] = [await startProcess(kafkaBus(300)), await startProcess(kafkaBus(300))];
    const switches = [first.network, second.network];
    let head = 0;
    const goesOn = async (): Promise<void> => {
      head = await writeMany(30);
      await Promise.all(processes.map(({ projection }) => projection.waitFor(head, deadlineMs)));
    };
    for (const fail of ['off', 'hang'] as const) {
      await Promise.all([fedByKafka(first), fedByKafka(second)]);
      await goesOn();
      // First one of the two, so that one reads the topic and the other the log.
      first.network[fail]();
      await goesOn();
      for (const network of switches) network[fail]();
      await goesOn();
      // Back in the middle of writes: the forwarder sends what it owes while new events come.
      const writing = goesOn();
      for (const network of switches) network.on();
      await writing;
    }
    await Promise.all([fedByKafka(first), fedByKafka(second)]);
    await goesOn();
    await expectWhole(head);
  });

  it('goes on when its database has cut every connection in the middle of a batch', async () => {
    const worker = await startProcess(kafkaBus(300));
    await fedByKafka(worker);
    await writeMany(10);
    for (let round = 0; round < 3; round++) {
      const writing = Promise.allSettled(Array.from({ length: 20 }, write));
      await database.cutConnections();
      await writing;
    }
    const head = await eventually(
      'the log takes events again',
      () => write().catch(() => 0),
      (position) => position > 0,
    );
    await worker.projection.waitFor(head, deadlineMs);
    await expectWhole(head);
  });
});

const define = {
  type: 'DefineApplication',
  application: 'shop',
  definition: {
    project: 'default',
    labels: {},
    namespace: 'shop',
    objects: [
      {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
        spec: { replicas: 1, selector: {}, template: {} },
      },
    ],
    placement: { clusterSelector: {} },
    overrides: [],
    strategy: DEFAULT_STRATEGY,
    dependsOn: [],
    policy: { drift: 'Correct', whenToTakeOver: 'Never' },
  },
} as const;

const scaledTo = (replicas: number) => ({ type: 'ScaleApplication', scale: { replicas } }) as const;
