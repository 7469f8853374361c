import { DEFAULT_STRATEGY, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

jest.setTimeout(60_000);

const batches = (...sizes: (string | number)[]): Pick<Strategy, 'batches'> => ({
  batches: sizes.map((size, index) => (index < sizes.length - 1 ? { size, pause: '1h' } : { size })),
});
const strategy = (change: Partial<Strategy> = {}): Strategy => ({ ...DEFAULT_STRATEGY, ...change });

describe('batches in a cluster', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['eu-1']);
    await fleet.register('eu-1');
    await fleet.define('shop');
    const { value: first } = await fleet.release('shop', '1', [deployment('shop:1', 10), configMap('one')]);
    await phase(first!, 'Succeeded');
  });
  afterAll(() => fleet?.stop());

  const phaseOf = async (run: string): Promise<string | undefined> =>
    (await fleet.pool.query('select phase from read.runs where id = $1', [run])).rows[0]?.phase;
  const phase = (run: string, wanted: string): Promise<unknown> =>
    until(`${run} is ${wanted}`, async () => (await phaseOf(run)) === wanted);

  /** Pods by image, ready or not. */
  const pods = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const pod of fleet.simulator.cluster('eu-1').list('v1', 'Pod', 'shop')) {
      if (pod.metadata.deletionTimestamp) continue;
      const image = (pod['spec'] as any).containers[0].image as string;
      counts[image] = (counts[image] ?? 0) + 1;
    }
    return counts;
  };
  const ready = (): number =>
    (fleet.simulator.cluster('eu-1').get(web)?.['status'] as any).readyReplicas ?? 0;
  const spec = (): any => fleet.simulator.cluster('eu-1').get(web)?.['spec'];
  const reached = (run: string, batch: number): Promise<unknown> =>
    until(`${run} reaches batch ${batch}`, async () =>
      (await fleet.store.log.read({ run, type: 'BatchReached' })).some(
        ({ data }) => (data as { batch: number }).batch === batch,
      ),
    );

  it('holds exactly the share of each batch, surges first, and gives the own values back', async () => {
    const before = spec();
    const { value: run } = await fleet.release(
      'shop',
      '2',
      [deployment('shop:2', 10), configMap('one')],
      strategy(batches('20%', '50%', '100%')),
    );
    await reached(run!, 0);
    expect(pods()).toEqual({ 'shop:1': 8, 'shop:2': 2 });
    expect(ready()).toBe(10);
    await fleet.act(run!, 'promote');
    await reached(run!, 1);
    expect(pods()).toEqual({ 'shop:1': 5, 'shop:2': 5 });
    await phase(run!, 'Succeeded');
    expect(pods()).toEqual({ 'shop:2': 10 });
    expect({ ...spec(), template: undefined }).toEqual({ ...before, template: undefined });
  });

  it('keeps the share of a held batch when it is scaled meanwhile', async () => {
    const { value: run } = await fleet.release(
      'shop',
      '3',
      [deployment('shop:3', 10), configMap('one')],
      strategy(batches('50%', '100%')),
    );
    await reached(run!, 0);
    await fleet.application('shop', { type: 'ScaleApplication', scale: { replicas: 20 } });
    await until('half of the new count', () => pods()['shop:3'] === 10 && pods()['shop:2'] === 10);
    await fleet.application('shop', { type: 'ScaleApplication', scale: { replicas: 10 } });
    await until('half of the old count', () => pods()['shop:3'] === 5 && pods()['shop:2'] === 5);
    await until('it is settled', async () => (await observedGeneration()) === 'Current');
  });

  const observedGeneration = async (): Promise<string | undefined> =>
    (
      await fleet.pool.query<{ status: string }>(
        `select health ->> 'status' as status from read.targets
         where generation = applied_generation and (health -> 'generation')::bigint = generation`,
      )
    ).rows[0]?.status;

  it('goes forward from where it is when a newer release supersedes it', async () => {
    expect(pods()).toEqual({ 'shop:2': 5, 'shop:3': 5 });
    const { value: run } = await fleet.release(
      'shop',
      '4',
      [deployment('shop:4', 10), configMap('one')],
      strategy(batches('10%', '100%')),
    );
    await reached(run!, 0);
    expect(pods()['shop:4']).toBe(1);
    expect(ready()).toBeGreaterThanOrEqual(10);
    await fleet.act(run!, 'promote');
    await phase(run!, 'Succeeded');
    expect(pods()).toEqual({ 'shop:4': 10 });
  });

  it('stops a bad image at the first batch with every old pod ready, and takes it back', async () => {
    fleet.simulator.cluster('eu-1').refuseImage('shop:bad');
    const { value: run } = await fleet.release(
      'shop',
      'bad',
      [deployment('shop:bad', 10), configMap('two')],
      strategy({ ...batches('10%', '100%'), progressDeadline: '2s', onFailure: 'Rollback' }),
    );
    let least = 10;
    await until('it is rolled back', async () => {
      least = Math.min(least, ready());
      return (await phaseOf(run!)) === 'RolledBack';
    });
    expect(least).toBe(10);
    await until('only old pods are left', () => JSON.stringify(pods()) === '{"shop:4":10}');
    const [rollback] = await fleet.store.log.read({ run: run!, type: 'RunRollbackStarted' });
    expect((rollback!.data as { message: string }).message).toContain('shop:bad');
    expect(
      fleet.simulator
        .cluster('eu-1')
        .get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' })?.['data'],
    ).toEqual({ greeting: 'one' });
  });

  it('goes on with a held batch after the worker was gone', async () => {
    const { value: run } = await fleet.release(
      'shop',
      '6',
      [deployment('shop:6', 10), configMap('one')],
      strategy(batches('30%', '100%')),
    );
    await reached(run!, 0);
    const drifts = (await fleet.store.log.read({ cluster: 'eu-1', type: 'DriftDetected' })).length;
    await fleet.stopWorker();
    await fleet.act(run!, 'promote');
    await fleet.startWorker();
    await phase(run!, 'Succeeded');
    expect(pods()).toEqual({ 'shop:6': 10 });
    expect(await fleet.store.log.read({ cluster: 'eu-1', type: 'DriftDetected' })).toHaveLength(drifts);
  });

  it('keeps what pods of the earlier release refer to until none of them is left', async () => {
    const find = (name: string) =>
      fleet.simulator.cluster('eu-1').get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name });
    const owed = async (): Promise<{ name: string; reason: string }[]> =>
      (
        await fleet.pool.query(
          `select ref ->> 'name' as name, delay ->> 'reason' as reason from read.inventory where not wanted`,
        )
      ).rows;
    const release = async (version: string, image: string) => {
      const objects = [deployment(image, 10), configMap('hello', `settings-${version}`)];
      const how = strategy({ ...batches('50%', '100%'), progressDeadline: '3s', onFailure: 'Rollback' });
      return (await fleet.release('shop', version, objects, how)).value!;
    };
    const first = await release('a', 'shop:a');
    await reached(first, 0);
    await until('it is said what waits', async () => (await owed())[0]?.reason === 'InUse');
    expect(await owed()).toMatchObject([{ name: 'settings' }]);
    expect(find('settings')).toBeDefined();
    await fleet.act(first, 'promote');
    await phase(first, 'Succeeded');
    await until('nothing is owed', async () => (await owed()).length === 0);
    expect(find('settings')).toBeUndefined();

    const { uid } = find('settings-a')!.metadata;
    await phase(await release('b', 'shop:bad'), 'RolledBack');
    await until('what the bad one brought is gone', async () => (await owed()).length === 0);
    expect(find('settings-a')?.metadata.uid).toBe(uid);
    expect(find('settings-b')).toBeUndefined();
  });
});
