import { holdDecider, holdStream, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { startFleet, type Fleet } from './fleet-harness';
import { sidecarCommands } from './sidecar-commands';
import {
  count,
  podsIn,
  reachesBatch,
  reachesPhase,
  releaseImage,
  runPhase,
  workload,
  type PodSeen,
} from './sidecar-fixture';

jest.setTimeout(60_000);

const HALF: Pick<Strategy, 'batches'> = { batches: [{ size: '50%', pause: '1h' }, { size: '100%' }] };
const GIVES_UP: Partial<Strategy> = { ...HALF, progressDeadline: '1s', onFailure: 'Continue' };
const TABLES = [
  'applications',
  'runs',
  'targets',
  'plan_contents',
  'sidecars',
  'sidecar_releases',
  'sidecar_clusters',
];

describe('what the run of a sidecar leaves', () => {
  let fleet: Fleet;
  let sidecars: ReturnType<typeof sidecarCommands>;

  const pods = (application = 'shop'): PodSeen[] => podsIn(fleet, 'eu-1', application);
  const uids = (): string[] =>
    pods()
      .map(({ uid }) => uid)
      .sort();
  const phase = (run: string, wanted: string): Promise<unknown> => reachesPhase(fleet, run, wanted);

  beforeAll(async () => {
    fleet = await startFleet(['eu-1']);
    sidecars = sidecarCommands(fleet);
    await fleet.register('eu-1');
    for (const name of ['shop', 'cart']) {
      await fleet.define(name, { labels: { logs: 'yes' }, objects: [workload(name, `${name}:1`)] });
      await phase(await releaseImage(fleet, name, `${name}:1`), 'Succeeded');
    }
    for (const image of ['agent:bad', 'shop:bad']) fleet.simulator.cluster('eu-1').refuseImage(image);
    await sidecars.define('logs');
  });
  afterAll(() => fleet?.stop());

  it('is nothing, where its first release fails', async () => {
    await phase(await sidecars.release('logs', 'agent:bad', GIVES_UP), 'Failed');
    await until('no pod has it', () => pods().every(({ images }) => !('agent' in images)));
    await until('four pods are left', () => pods().length === 4);
    expect(count(pods(), 'main', 'shop:1')).toBe(4);
  });

  it('is what was there before, in place, where a later one fails half way', async () => {
    await phase(await sidecars.release('logs', 'agent:1'), 'Succeeded');
    await until('the old pods are gone', () => pods().length === 4);
    const before = uids();
    await phase(await sidecars.release('logs', 'agent:bad', GIVES_UP), 'Failed');
    await until('it is back', () => count(pods(), 'agent', 'agent:1') === 4);
    expect(uids()).toEqual(before);
    expect(pods().every(({ restarts }) => restarts['main'] === 0)).toBe(true);
    await phase(await releaseImage(fleet, 'shop', 'shop:2'), 'Succeeded');
    expect(count(pods(), 'main', 'shop:2')).toBe(4);
  });

  it('goes on from a held batch after the worker was gone', async () => {
    const before = uids();
    const run = await sidecars.release('logs', 'agent:2', HALF);
    await reachesBatch(fleet, run, 0, 1);
    await fleet.stopWorker();
    await fleet.startWorker();
    await fleet.act(run, 'promote');
    await phase(run, 'Succeeded');
    expect(count(pods(), 'agent', 'agent:2')).toBe(4);
    expect(uids()).toEqual(before);
  });

  it('does not wait for an application that was left half way, and comes with its next release', async () => {
    await phase(await releaseImage(fleet, 'shop', 'shop:bad', GIVES_UP), 'Failed');
    await phase(await sidecars.release('logs', 'agent:3'), 'Succeeded');
    expect(count(pods('cart'), 'agent', 'agent:3')).toBe(4);
    expect(count(pods(), 'agent', 'agent:3')).toBe(0);
    await phase(await releaseImage(fleet, 'shop', 'shop:3'), 'Succeeded');
    await until('it has come', () => count(pods(), 'agent', 'agent:3') === 4 && pods().length === 4);
    expect(count(pods(), 'main', 'shop:3')).toBe(4);
  });

  it('waits for a hold of any application that it is in, and says for which', async () => {
    const hold = { hold: 'h1', owner: 'ann', reason: 'her migration', application: 'cart' };
    await fleet.execute((unit) => unit.decide(holdDecider, holdStream('h1'), { type: 'PlaceHold', ...hold }));
    const run = await sidecars.release('logs', 'agent:4');
    await until('it waits', async () =>
      (await fleet.store.log.read({ run, type: 'RunWaiting' })).some(
        ({ data }) => (data as { for: { id: string }[] }).for[0]?.id === 'h1',
      ),
    );
    expect(count([...pods(), ...pods('cart')], 'agent', 'agent:4')).toBe(0);
    await fleet.execute((unit) =>
      unit.decide(holdDecider, holdStream('h1'), { type: 'ReleaseHold', by: 'ann' }),
    );
    await phase(run, 'Succeeded');
  });

  const TOLERATED = [{ name: 'all', maxConcurrency: 1, maxFailures: 1, before: [], after: [] }];

  it.each<[string, string, Partial<Strategy>]>([
    ['failed so and was tolerated', 'agent:gone', { ...HALF, stages: TOLERATED }],
    ['was set aside', 'agent:lost', { unreachable: 'SetAside' }],
  ])('is owed to a cluster out of reach that %s, and caught up in place', async (_, image, strategy) => {
    const before = uids();
    fleet.simulator.cluster('eu-1').setReachable(false);
    const run = await sidecars.release('logs', image, { progressDeadline: '1s', ...strategy });
    await phase(run, 'Succeeded');
    expect(count(pods(), 'agent', image)).toBe(0);
    fleet.simulator.cluster('eu-1').setReachable(true);
    await until('it is caught up', () => count(pods(), 'agent', image) === 4);
    expect(uids()).toEqual(before);
  });

  it('is what a cluster was caught up with, also where a later run that is aborted never came to it', async () => {
    const standing = (): Promise<unknown> =>
      fleet.pool.query('select release from read.sidecar_clusters').then(({ rows }) => rows);
    const before = await standing();
    await fleet.stopWorker();
    const run = await sidecars.release('logs', 'agent:never');
    await fleet.act(run, 'abort');
    await fleet.startWorker();
    await phase(run, 'Aborted');
    expect(await standing()).toEqual(before);
  });

  it('is what a cluster was caught up with, also where a later run goes back', async () => {
    const strategy = { ...GIVES_UP, onFailure: 'Rollback' } as const;
    await phase(await sidecars.release('logs', 'agent:bad', strategy), 'RolledBack');
    expect(count(pods(), 'agent', 'agent:lost')).toBe(4);
  });

  it('shares pods with another sidecar, one run at a time in a target', async () => {
    const containers = [{ name: 'proxy', image: 'proxy:1' }];
    await sidecars.define('mesh', { containers });
    const first = await sidecars.release('logs', 'agent:5', HALF);
    await reachesBatch(fleet, first, 0, 1);
    const second = await sidecars.release('mesh');
    await until('it is begun', async () => (await runPhase(fleet, second)) === 'Progressing');
    await fleet.act(first, 'promote');
    await phase(first, 'Succeeded');
    await phase(second, 'Succeeded');
    await until('the old pods are gone', () => pods().length === 4);
    expect(count(pods(), 'agent', 'agent:5')).toBe(4);
    expect(count(pods(), 'proxy', 'proxy:1')).toBe(4);
    await sidecars.delete('mesh');
    await until('it has left', () => pods().every(({ images }) => !('proxy' in images)));
  });

  it('is the same after a rebuild from the log, whatever the batches', async () => {
    await until('the log and its projection stand still', async () => {
      const { position } = await fleet.store.log.head();
      await fleet.store.waitForProjection('fleet', position, 5_000);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (await fleet.store.log.head()).position === position;
    });
    const live = await contents();
    expect(live['sidecar_clusters']).not.toEqual([]);
    await fleet.stopWorker();
    await fleet.pool.query(`update checkpoints set version = 0 where name = 'fleet'`);
    await fleet.pool.query(`update read.targets set record = jsonb_set(record, '{generation}', '0')`);
    await fleet.startWorker();
    const { position } = await fleet.store.log.head();
    await fleet.store.waitForProjection('fleet', position, 10_000);
    expect(await contents()).toEqual(live);
  });

  const contents = async (): Promise<Record<string, unknown[]>> => {
    const found: Record<string, unknown[]> = {};
    for (const table of TABLES) {
      const { rows } = await fleet.pool.query(
        `select to_jsonb(t) as row from read.${table} t order by to_jsonb(t)::text`,
      );
      found[table] = rows.map(({ row }) => row);
    }
    return found;
  };
});
