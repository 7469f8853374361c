import { until } from '../../support/until';
import { blueGreen, manifests, plain, startBlueGreen, type BlueGreenFleet } from './blue-green-fixture';

jest.setTimeout(120_000);

/** One application through its life: each case begins where the one before has left it. */
describe('a cluster that was set aside', () => {
  let shop: BlueGreenFleet;

  beforeAll(async () => {
    shop = await startBlueGreen();
    await shop.phase(await release('1', plain()), 'Succeeded');
  });
  afterAll(() => shop?.fleet.stop());

  const release = async (version: string, strategy = plain()): Promise<string> =>
    (await shop.fleet.release('shop', version, manifests(version), strategy)).value!;

  it('is caught up when it returns, and lets go of the colour that its Service has left', async () => {
    const cluster = shop.fleet.simulator.cluster('eu-1');
    cluster.setReachable(false);
    const leavingItOut = { unreachable: 'SetAside', progressDeadline: '1s' } as const;
    await shop.phase(await release('2', blueGreen(leavingItOut, { scaleDownDelay: '0s' })), 'Succeeded');
    expect(shop.served()).toEqual({ 'shop:1': 4 });
    cluster.setReachable(true);
    await until('it is caught up', () => shop.served()['shop:2'] === 4);
    await until('the old colour is gone', () => shop.running()['shop:1'] === undefined);
  });

  it('goes back to what it was caught up with, and not to what it had before', async () => {
    shop.fleet.simulator.cluster('eu-1').refuseImage('shop:bad');
    const run = await release('bad', plain({ progressDeadline: '2s', onFailure: 'Rollback' }));
    await shop.phase(run, 'RolledBack');
    expect(shop.served()).toEqual({ 'shop:2': 4 });
  });
});

describe('a cluster that failed because it could not be reached, and was tolerated', () => {
  let shop: BlueGreenFleet;

  beforeAll(async () => {
    shop = await startBlueGreen();
    const { value: first } = await shop.fleet.release('shop', '1', manifests('1'));
    await shop.phase(first!, 'Succeeded');
  });
  afterAll(() => shop?.fleet.stop());

  it('is caught up when it returns, beyond the batch that it had been begun with', async () => {
    const cluster = shop.fleet.simulator.cluster('eu-1');
    cluster.setReachable(false);
    const tolerant = plain({
      stages: [{ name: 'all', maxConcurrency: '100%', maxFailures: 1, before: [], after: [] }],
      batches: [{ size: '50%' }, { size: '100%' }],
      progressDeadline: '1s',
    });
    const { value: run } = await shop.fleet.release('shop', '2', manifests('2'), tolerant);
    await shop.phase(run!, 'Succeeded');
    expect(shop.served()).toEqual({ 'shop:1': 4 });
    cluster.setReachable(true);
    await until('it is caught up', () => shop.served()['shop:2'] === 4);
  });
});
