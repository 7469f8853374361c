import type { KubeObject } from '@keelson/domain';
import { until } from '../../support/until';
import { configMap, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

const cloneSet: KubeObject = {
  apiVersion: 'apps.kruise.io/v1alpha1',
  kind: 'CloneSet',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'shop:1' }] },
    },
  },
};

describe('a kind that cannot be watched', () => {
  let fleet: Fleet;
  const cluster = () => fleet.simulator.cluster('a');
  const target = async (): Promise<any> =>
    (await fleet.pool.query(`select * from read.targets where application = 'shop'`)).rows[0];

  beforeEach(async () => {
    fleet = await startFleet(['a']);
    await fleet.register('a');
    await fleet.define('shop');
  });
  afterEach(() => fleet?.stop());

  it('because the cluster does not serve it fails its plan, and is not asked for all the time', async () => {
    await fleet.release('shop', '1', [cloneSet, configMap('hello')]);
    const failure = await until('the failure is shown', async () => (await target())?.failure ?? undefined);
    expect(failure).toMatchObject({
      terminal: true,
      message: expect.stringMatching(/serves no kind CloneSet/),
    });
    await until('the rest is applied', () =>
      cluster().get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }),
    );
    cluster().requests.reset();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(cluster().requests.of('discovery')).toBeLessThan(10);
  });
});
