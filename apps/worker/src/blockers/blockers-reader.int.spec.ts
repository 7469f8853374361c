import type { Pool } from 'pg';
import { randomUUID } from 'node:crypto';
import {
  applicationStream,
  clusterStream,
  DEFAULT_STRATEGY,
  holdStream,
  targetStream,
  windowStream,
  type ApplicationDefinition,
} from '@keelson/domain';
import { createPool, openEventStore, type EventStore, type NewEvent } from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../../../test/support/database';
import { FLEET_PROJECTION, fleetProjection } from '../fleet/projection';
import { BlockersReader } from './blockers-reader';

const NOON = Date.parse('2026-11-19T12:00:00Z');

let database: TestDatabase;
let store: EventStore;
let reader: BlockersReader;

beforeAll(async () => {
  database = await testDatabase();
  store = await openEventStore({ pool: createPool(database.url) });
  await store.runProjection(fleetProjection()).ready;
  reader = new BlockersReader(store.pool);
  for (const name of ['eu', 'us']) {
    await record(clusterStream(name), {
      type: 'ClusterRegistered',
      data: {
        cluster: name,
        labels: { region: name },
        connection: { server: `https://${name}.example`, credentials: 'c', warnings: [] },
      },
    });
  }
});
afterAll(async () => {
  await store.stop();
  await store.pool.end();
  await database.drop();
});

/** Recorded, and seen by the read model. */
const record = async (stream: string, ...events: NewEvent[]): Promise<number> => {
  const commandId = randomUUID();
  const meta = { commandId, correlationId: commandId, actor: 'ann' };
  const outcome = await store.append({ streams: [{ stream, expectedVersion: 'any', events }], meta });
  if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
  const position = await store.log.awaitSealed(outcome.seqs.at(-1) as number);
  await store.waitForProjection(FLEET_PROJECTION, position, 10_000);
  return position;
};

const define = (name: string, change: Partial<ApplicationDefinition> = {}): Promise<number> =>
  record(applicationStream(name), {
    type: 'ApplicationDefined',
    data: {
      application: name,
      definition: {
        project: 'web',
        labels: { team: 'shop' },
        namespace: name,
        objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: name } }],
        placement: { clusterSelector: {} },
        overrides: [],
        strategy: DEFAULT_STRATEGY,
        dependsOn: [],
        policy: { drift: 'Correct', whenToTakeOver: 'Always' },
        ...change,
      },
    },
  });

const place = (hold: string, scope: object): Promise<number> =>
  record(holdStream(hold), { type: 'HoldPlaced', data: { hold, owner: 'ann', reason: 'why', ...scope } });
const release = (hold: string): Promise<number> =>
  record(holdStream(hold), { type: 'HoldReleased', data: { hold, owner: 'ann', by: 'ann' } });
const daily = (window: string, kind: string, hour: number, change = {}): Promise<number> =>
  record(windowStream(window), {
    type: 'WindowDefined',
    data: { window, kind, schedule: `0 ${hour} * * *`, duration: '4h', timezone: 'UTC', ...change },
  });

/** Ids of what blocks, by cluster. */
const blocked = async (application: string, now = NOON): Promise<Record<string, string[]>> => {
  const found = await reader.read(application, now);
  return Object.fromEntries([...found].map(([name, { blockers }]) => [name, blockers.map(({ id }) => id)]));
};

it('asks one query where nothing stops anything', async () => {
  await define('free');
  // A pool of its own: the store asks through its pool whenever it likes.
  const query = jest.fn((...given: Parameters<Pool['query']>) => store.pool.query(...given));
  const counted = new BlockersReader({ query } as unknown as Pool);
  expect((await counted.read('free', NOON)).size).toBe(0);
  expect(query).toHaveBeenCalledTimes(1);
});

it('knows nothing of an application that is not there', async () => {
  expect((await reader.read('nobody', NOON)).size).toBe(0);
});

it('tells the holds of each cluster, until they are released', async () => {
  await define('held');
  await define('other', { project: 'core' });
  await place('h1', { application: 'held', cluster: 'eu' });
  await place('h2', { project: 'web' });
  await place('h3', { application: 'other', cluster: 'us' });
  expect(await blocked('held')).toEqual({ eu: ['h1', 'h2'], us: ['h2'] });
  expect(await blocked('other')).toEqual({ us: ['h3'] });
  await release('h2');
  expect(await blocked('held')).toEqual({ eu: ['h1'] });
  await Promise.all([release('h1'), release('h3')]);
  expect(await blocked('held')).toEqual({});
});

it('tells what windows do now and when they change, until they are deleted', async () => {
  await define('windowed');
  await daily('lunch', 'Deny', 11, { clusterSelector: { matchLabels: { region: 'eu' } } });
  await daily('nights', 'Allow', 22, { applicationSelector: { matchLabels: { team: 'shop' } } });
  const found = await reader.read('windowed', NOON);
  expect(Object.fromEntries(found)).toEqual({
    eu: {
      blockers: [
        { kind: 'Window', id: 'lunch', message: 'window lunch denies until 2026-11-19T15:00:00Z' },
        { kind: 'Window', id: 'nights', message: 'window nights opens at 2026-11-19T22:00:00Z' },
      ],
      blockersChangeAt: Date.parse('2026-11-19T15:00:00Z'),
    },
    us: {
      blockers: [{ kind: 'Window', id: 'nights', message: 'window nights opens at 2026-11-19T22:00:00Z' }],
      blockersChangeAt: Date.parse('2026-11-19T22:00:00Z'),
    },
  });
  // Open now, and still told, because it will close.
  expect(await blocked('windowed', Date.parse('2026-11-19T23:00:00Z'))).toEqual({ eu: [], us: [] });
  for (const window of ['lunch', 'nights']) {
    await record(windowStream(window), { type: 'WindowDeleted', data: { window } });
  }
  expect(await blocked('windowed')).toEqual({});
});

it('waits for what an application depends on, cluster by cluster', async () => {
  const needs = (application: string, ...phases: 'Available'[]) => ({ application, phases });
  await define('web', { dependsOn: [needs('db', 'Available'), needs('nowhere', 'Available')] });
  expect(await blocked('web')).toEqual({ eu: ['db', 'nowhere'], us: ['db', 'nowhere'] });
  await define('nowhere', { placement: { clusterNames: [] } });
  await define('db', { placement: { clusterNames: ['eu'] } });
  // It does not run in us, and is Pending in eu.
  expect(await blocked('web')).toEqual({ eu: ['db'] });

  const of = { application: 'db', cluster: 'eu' };
  const release = { release: 'db-r1', application: 'db', version: '1', revision: 'r' };
  const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'db' } }];
  await record('release/db-r1', { type: 'ReleaseFrozen', data: { ...release, images: {}, objects } });
  const run = { application: 'db', run: 'db-1' };
  const generation = await record(
    'run/db-1',
    { type: 'RunCreated', data: { ...run, ...release, strategy: DEFAULT_STRATEGY } },
    { type: 'MembershipChanged', data: { ...run, joined: [{ cluster: 'eu', stage: 'all' }], left: [] } },
    {
      type: 'ClusterStarted',
      data: {
        ...run,
        stage: 'all',
        cluster: 'eu',
        release: 'db-r1',
        pace: { batch: 0, of: 1, share: '100%', update: 'Recreate' },
        at: '2026-11-19T11:00:00.000Z',
      },
    },
  );
  expect(await blocked('web')).toEqual({ eu: ['db'] });
  const healthy = { ...of, generation, status: 'Current', message: '' };
  await record(
    targetStream('db', 'eu'),
    { type: 'PlanApplied', data: { ...of, generation, hash: 'h', objects: [] } },
    { type: 'HealthChanged', data: healthy },
  );
  expect(await blocked('web')).toEqual({});
  await record(targetStream('db', 'eu'), { type: 'HealthChanged', data: { ...healthy, status: 'Failed' } });
  expect(await blocked('web')).toEqual({ eu: ['db'] });
  await record(applicationStream('db'), { type: 'ApplicationDeleted', data: { application: 'db' } });
  expect(await blocked('web')).toEqual({ eu: ['db'], us: ['db'] });
});
