import type { KubeObject } from '@keelson/domain';
import { until } from '../../support/until';
import { forbidden } from '../../../libs/k8s/src/simulator/api/api-error';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

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

  describe('because the account may not', () => {
    const forbid = (plural: string) => {
      const { lister } = cluster();
      const list = lister.list.bind(lister);
      let isForbidden = true;
      lister.list = (type, options) => {
        if (isForbidden && type.plural === plural) throw forbidden(type, '', 'no right to list');
        return list(type, options);
      };
      return () => (isForbidden = false);
    };

    it('fails a plan with a workload of that kind, and goes on when the account may', async () => {
      const allow = forbid('deployments');
      await fleet.release('shop', '1', [deployment('shop:1')]);
      const failure = await until('it is shown', async () => (await target())?.failure ?? undefined);
      expect(failure).toMatchObject({ terminal: true, message: expect.stringMatching(/no right to list/) });
      allow();
      await until('it is applied', async () => (await target()).health?.status === 'Current', 40_000);
      expect((await target()).failure).toBeNull();
    });

    it('leaves the health of anything else unknown, with the reason', async () => {
      forbid('configmaps');
      await fleet.release('shop', '1', [configMap('hello')]);
      const { message } = await until('it is shown', async () => {
        const { health } = (await target()) ?? {};
        return health?.status === 'Unknown' && health;
      });
      expect(message).toMatch(/no right to list/);
    });
  });
});
