import type { Strategy } from '@keelson/domain';
import { manifests, plain, startBlueGreen, type BlueGreenFleet } from './blue-green-fixture';

jest.setTimeout(120_000);

const HALF: Partial<Strategy> = { batches: [{ size: '50%', pause: '1h' }, { size: '100%' }] };
const ASKED: Partial<Strategy> = {
  stages: [
    { name: 'all', maxConcurrency: '100%', maxFailures: 0, before: [{ type: 'Approval' }], after: [] },
  ],
};

/** One application through its life: each case begins where the one before has left it. */
describe('a cluster that a superseded run left between two batches, and that the newer run never reached', () => {
  let shop: BlueGreenFleet;

  beforeAll(async () => {
    shop = await startBlueGreen();
    await shop.phase(await release('1'), 'Succeeded');
  });
  afterAll(() => shop?.fleet.stop());

  const release = async (version: string, change: Partial<Strategy> = {}): Promise<string> =>
    (await shop.fleet.release('shop', version, manifests(version), plain(change))).value!;

  const leaveHalfWay = async (version: string): Promise<void> => {
    await shop.reached(await release(version, HALF));
    const newer = await release('never', ASKED);
    await shop.phase(newer, 'AwaitingApproval');
    await shop.fleet.act(newer, 'abort');
    await shop.phase(newer, 'Aborted');
  };

  const standing = async (): Promise<unknown> =>
    (
      await shop.fleet.pool.query(
        `select version, run, pace ->> 'share' as share, health -> 'workload' as workload from read.targets`,
      )
    ).rows[0];

  it('stays there, and its target says so', async () => {
    await leaveHalfWay('2');
    expect(shop.served()).toEqual({ 'shop:1': 2, 'shop:2': 2 });
    expect(await standing()).toEqual({
      version: '2',
      run: 'shop-2',
      share: '50%',
      workload: { desired: 4, updated: 2, ready: 2 },
    });
  });

  it('is reached by the next release', async () => {
    await shop.phase(await release('3'), 'Succeeded');
    expect(shop.served()).toEqual({ 'shop:3': 4 });
  });

  it('goes back wholly, to the release that it had wholly, when that next release goes back', async () => {
    await leaveHalfWay('4');
    expect(shop.served()).toEqual({ 'shop:3': 2, 'shop:4': 2 });
    const run = await release('5', HALF);
    await shop.reached(run);
    await shop.fleet.act(run, 'rollback');
    await shop.phase(run, 'RolledBack');
    expect(shop.served()).toEqual({ 'shop:3': 4 });
  });
});
