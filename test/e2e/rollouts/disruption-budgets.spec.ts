import { startSimulator, type Simulator } from '@keelson/k8s';
import { startKeelson, type Keelson } from '../../support/keelson';
import { until } from '../../support/until';

jest.setTimeout(60_000);

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'shop:1' }] },
    },
  },
};
const shop = '/v1/applications/shop';

describe('disruption budgets of an application', () => {
  let keelson: Keelson;
  let simulator: Simulator;

  const define = (change: object = {}): Promise<any> =>
    keelson.must('PUT', shop, {
      namespace: 'shop',
      manifests: [deployment],
      placement: { clusterSelector: {} },
      ...change,
    });
  const live = (): any[] => simulator.cluster('eu').list('policy/v1', 'PodDisruptionBudget', 'shop');

  beforeAll(async () => {
    [keelson, simulator] = await Promise.all([startKeelson(), startSimulator({ clusters: ['eu'] })]);
    const connection = { kubeconfig: simulator.kubeconfig('eu') };
    await keelson.must('PUT', '/v1/clusters/eu', { connection });
    await define();
    await keelson.must('POST', `${shop}/releases`, { version: '1' });
    await until('released', async () => (await keelson.must('GET', '/v1/runs/shop-1')).phase === 'Succeeded');
  });
  afterAll(async () => {
    await keelson?.stop();
    await simulator?.close();
  });

  it('are made unless told otherwise, and stand in the plan', async () => {
    expect((await keelson.must('GET', shop)).definition.disruptionBudget).toBe('Auto');
    const { objects } = await keelson.must('GET', `${shop}/targets/eu/plan`);
    expect(objects.map(({ kind }: any) => kind)).toEqual(['PodDisruptionBudget', 'Deployment']);
    expect(live()).toMatchObject([{ metadata: objects[0].metadata, spec: objects[0].spec }]);
    expect(objects[0].spec.maxUnavailable).toBe('25%');
  });

  it('are in the diff of a release that brings a budget of its own', async () => {
    const own = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'own' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
    };
    const { items } = await keelson.must('POST', `${shop}/diff`, { manifests: [deployment, own] });
    expect(items[0].changes.map(({ change, object }: any) => [change, object.name])).toEqual([
      ['Create', 'own'],
      ['Delete', live()[0].metadata.name],
    ]);
  });

  it('follow the strategy, and go when they are not wanted', async () => {
    await define({ strategy: { batches: ['10%', '50%', '100%'] } });
    await until('they follow', () => live()[0]?.spec.maxUnavailable === '50%');
    await define({ disruptionBudget: 'None' });
    await until('they are gone', () => live().length === 0);
    await until('nothing is owed', async () => {
      const { items } = await keelson.must('GET', `${shop}/targets`);
      return items[0].phase === 'Available' && items[0].owedDeletes === 0;
    });
  });
});
