import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../support/until';
import {
  blueGreen,
  manifests,
  plain,
  startBlueGreen,
  worker,
  type BlueGreenFleet,
} from './blue-green-fixture';

jest.setTimeout(180_000);

const HELD = { batches: [{ size: '100%', pause: '1h' }] };

/** One application through its life: each case begins where the one before has left it. */
describe('blue-green releases in a cluster', () => {
  let shop: BlueGreenFleet;

  beforeAll(async () => {
    shop = await startBlueGreen();
    await shop.phase(await release('1', plain()), 'Succeeded');
  });
  afterAll(() => shop?.fleet.stop());

  const release = async (
    version: string,
    strategy = blueGreen(),
    objects = manifests(version),
  ): Promise<string> => (await shop.fleet.release('shop', version, objects, strategy)).value!;
  const kept = (before: Set<unknown>): string[] =>
    [...before].filter((uid) => !shop.uids().has(uid as string)) as string[];

  it('takes over pods that have no colours without restarting one, and holds the new ones before the switch', async () => {
    const before = shop.uids();
    let run = '';
    const coming = await shop.fewestServed(async () => {
      run = await release('2', blueGreen(HELD));
      await shop.reached(run);
    });
    expect(coming).toBe(4);
    expect(shop.served()).toEqual({ 'shop:1': 4 });
    expect(shop.running()).toEqual({ 'shop:1': 4, 'shop:2': 4 });
    expect(kept(before)).toEqual([]);
    expect(await shop.counts()).toEqual({ desired: 4, updated: 4, ready: 4 });
    const going = await shop.fewestServed(async () => {
      await shop.fleet.act(run, 'promote');
      await shop.phase(run, 'Succeeded');
    });
    expect(going).toBe(4);
    expect(shop.served()).toEqual({ 'shop:2': 4 });
    expect(shop.running()).toEqual({ 'shop:1': 4, 'shop:2': 4 });
    // What its pods name by a name of their own stays as long as they do.
    expect(shop.get('ConfigMap', 'settings-1')).toBeDefined();
  });

  it('goes back to the idle colour by the Service alone', async () => {
    const before = shop.uids();
    await shop.phase(await release('1'), 'Succeeded');
    expect(shop.served()).toEqual({ 'shop:1': 4 });
    expect(shop.uids()).toEqual(before);
  });

  it('puts right what somebody changes in the idle colour, and takes nothing of it for drift', async () => {
    expect(await shop.events('DriftDetected')).toEqual([]);
    shop.kubectlScale('web-green', 1);
    await until('it is put right', async () => (await shop.events('DriftCorrected')).length === 1);
    await until('the idle colour is whole again', () => shop.running()['shop:2'] === 4);
    expect(await shop.events('DriftDetected')).toHaveLength(1);
  });

  it('gives a bad image no traffic, and takes no pod for it', async () => {
    shop.fleet.simulator.cluster('eu-1').refuseImage('shop:bad');
    let run = '';
    const fewest = await shop.fewestServed(async () => {
      run = await release('bad', blueGreen({ progressDeadline: '2s', onFailure: 'Rollback' }));
      await shop.phase(run, 'RolledBack');
    });
    expect(fewest).toBe(4);
    expect(shop.served()).toEqual({ 'shop:1': 4 });
    const [rollback] = await shop.fleet.store.log.read({ run, type: 'RunRollbackStarted' });
    expect((rollback!.data as { message: string }).message).toContain('shop:bad');
  });

  it('scales both colours in the middle of a release', async () => {
    const run = await release('3', blueGreen(HELD));
    await shop.reached(run);
    await shop.fleet.application('shop', {
      type: 'ScaleApplication',
      scale: { replicas: 6, workload: 'Deployment/web' },
    });
    await until('both are of the new size', () => {
      const { 'shop:1': old, 'shop:3': fresh } = shop.running();
      return old === 6 && fresh === 6 && shop.served()['shop:1'] === 6;
    });
    expect(shop.served()).toEqual({ 'shop:1': 6 });
  });

  it('is superseded by a newer release before the switch, and after a worker was lost', async () => {
    const fewest = await shop.fewestServed(async () => {
      const run = await release('4', blueGreen(HELD));
      await shop.reached(run);
      expect(shop.served()).toEqual({ 'shop:1': 6 });
      expect(shop.running()).toEqual({ 'shop:1': 6, 'shop:4': 6 });
      await shop.fleet.stopWorker();
      await shop.fleet.act(run, 'promote');
      await shop.fleet.startWorker();
      await shop.phase(run, 'Succeeded');
    });
    expect(fewest).toBe(6);
    expect(shop.served()).toEqual({ 'shop:4': 6 });
  });

  it('moves nothing else before the switch, and goes back when that turns out bad after it', async () => {
    shop.fleet.simulator.cluster('eu-1').refuseImage('worker:bad');
    await shop.phase(await release('5', blueGreen(), manifests('5', 6, [worker('worker:1')])), 'Succeeded');
    const next = { progressDeadline: '3s', onFailure: 'Rollback', ...HELD } as const;
    const run = await release('6', blueGreen(next), manifests('6', 6, [worker('worker:bad')]));
    await shop.reached(run);
    expect(shop.running()).toMatchObject({ 'shop:5': 6, 'shop:6': 6, 'worker:1': 1 });
    expect(shop.running()['worker:bad']).toBeUndefined();
    const fewest = await shop.fewestServed(async () => {
      await shop.fleet.act(run, 'promote');
      await until('the Service has gone over', () => shop.served()['shop:6'] === 6);
      await shop.phase(run, 'RolledBack');
    });
    expect(fewest).toBe(6);
    expect(shop.served()).toEqual({ 'shop:5': 6 });
  });

  it('gives the new colour up when the run is aborted before the switch', async () => {
    const run = await release('7', blueGreen(HELD), manifests('7', 6, [worker('worker:1')]));
    await shop.reached(run);
    expect(shop.running()).toMatchObject({ 'shop:5': 6, 'shop:7': 6 });
    const fewest = await shop.fewestServed(async () => {
      await shop.fleet.act(run, 'abort');
      await until('the new colour is gone', () => shop.running()['shop:7'] === undefined);
    });
    expect(fewest).toBe(6);
    expect(shop.running()).toEqual({ 'shop:5': 6, 'worker:1': 1 });
  });

  it('lets the idle colour go when its time has come, whoever is there to see to it', async () => {
    const run = await release('8', blueGreen({}, { scaleDownDelay: '2s' }));
    await shop.phase(run, 'Succeeded');
    await shop.fleet.stopWorker();
    expect(shop.running()).toEqual({ 'shop:5': 6, 'shop:8': 6 });
    await pause(2_000); // The very time that is to pass while nobody is there.
    await shop.fleet.startWorker();
    await until('the idle colour is gone', () => shop.running()['shop:5'] === undefined);
    expect(shop.served()).toEqual({ 'shop:8': 6 });
    const [succeeded] = await shop.fleet.store.log.read({ run, type: 'ClusterSucceeded' });
    const retired = (await shop.events('IdleColourRetired')).at(-1)!;
    expect(Date.parse(retired.recordedAt) - Date.parse(succeeded!.recordedAt)).toBeGreaterThanOrEqual(2_000);
    await until('what its pods named is gone, too', () => shop.get('ConfigMap', 'settings-5') === undefined);
  });

  it('moves on to another strategy without losing a Ready pod, in either colour', async () => {
    // From green, by one more switch; then from blue, as any Deployment.
    for (const version of ['9', '10']) {
      const fewest = await shop.fewestServed(async () => {
        const run = await release(version, plain({ batches: [{ size: '50%' }, { size: '100%' }] }));
        await shop.phase(run, 'Succeeded');
        await until('nothing else runs', () => JSON.stringify(shop.running()) === `{"shop:${version}":6}`);
      });
      // The simulator's Deployments are available as soon as they are ready; the user's own numbers let one and a half go.
      expect(fewest).toBeGreaterThanOrEqual(5);
      expect(shop.deployments()).toEqual(['web']);
    }
    expect(shop.served()).toEqual({ 'shop:10': 6 });
  });

  it('leaves nothing when the application is deleted in the middle', async () => {
    const run = await release('11', blueGreen(HELD));
    await shop.reached(run);
    expect(shop.deployments()).toEqual(['web', 'web-green']);
    await shop.fleet.application('shop', { type: 'DeleteApplication' });
    await until(
      'everything is gone',
      () => shop.deployments().length === 0 && shop.get('Service', 'web') === undefined,
    );
    await until('nothing is owed', async () => {
      const { rows } = await shop.fleet.pool.query('select 1 from read.inventory');
      return rows.length === 0;
    });
  });
});
