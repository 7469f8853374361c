import { startSimulator, type Simulator } from '@keelson/k8s';
import { startKeelson, type Keelson } from '../../support/keelson';
import { until } from '../../support/until';

jest.setTimeout(60_000);

const objectMeta = (name: string) => ({ name });
const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: objectMeta('web'),
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});
const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: objectMeta('settings'), data: { a: '1' } };
const extra = { apiVersion: 'v1', kind: 'ConfigMap', metadata: objectMeta('extra'), data: { b: '1' } };

describe('the diff of a release', () => {
  let keelson: Keelson;
  let simulator: Simulator;

  beforeAll(async () => {
    [keelson, simulator] = await Promise.all([startKeelson(), startSimulator({ clusters: ['eu', 'us'] })]);
    for (const name of ['eu', 'us']) {
      const connection = { kubeconfig: simulator.kubeconfig(name) };
      await keelson.must('PUT', `/v1/clusters/${name}`, { labels: { region: name }, connection });
    }
    await keelson.must('PUT', '/v1/applications/shop', {
      namespace: 'shop',
      manifests: [deployment('shop:1'), config],
      placement: { clusterSelector: {} },
      disruptionBudget: 'None',
    });
    await keelson.must('POST', '/v1/applications/shop/releases', { version: '1' });
    await until('released', async () => (await keelson.must('GET', '/v1/runs/shop-1')).phase === 'Succeeded');
  });
  afterAll(async () => {
    await keelson?.stop();
    await simulator?.close();
  });

  const head = async (): Promise<number> => (await keelson.must('GET', '/v1/audit/verify')).head.position;

  it('is what the API servers say, object by object, and changes nothing', async () => {
    simulator
      .cluster('eu')
      .edit(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' },
        (object) => (object.metadata.annotations = { ...object.metadata.annotations, theirs: 'x' }),
        'kubectl',
      );
    const before = await head();
    const answer = await keelson.http('POST', '/v1/applications/shop/diff', {
      manifests: [deployment('shop:2'), extra],
    });
    expect(answer.status).toBe(200);
    expect(answer.body.items).toHaveLength(2);
    for (const { source, changes, unchanged, why } of answer.body.items) {
      expect({ source, unchanged, why }).toEqual({ source: 'DryRun', unchanged: 0, why: undefined });
      expect(
        changes.map(({ change, object }: any) => `${change} ${object.kind}/${object.name}`).sort(),
      ).toEqual(['Create ConfigMap/extra', 'Delete ConfigMap/settings', 'Update Deployment/web']);
      expect(changes.find(({ change }: any) => change === 'Update').fields).toEqual([
        { path: '/spec/template/spec/containers/0/image', from: 'shop:1', to: 'shop:2' },
      ]);
    }
    expect(await head()).toBe(before);
    expect(simulator.cluster('eu').get({ ...extra, namespace: 'shop', name: 'extra' })).toBeUndefined();
  });

  it('says what the API server would refuse', async () => {
    const broken = deployment('shop:2');
    (broken.spec as any).selector = { matchLabels: { app: 'other' } };
    const { body } = await keelson.http('POST', '/v1/applications/shop/diff', {
      manifests: [broken, config],
    });
    expect(body.items[0].changes).toMatchObject([
      { object: { kind: 'Deployment' }, refused: expect.stringContaining('selector') },
    ]);
    expect(body.items[0].unchanged).toBe(1);
  });

  it('compares plans where a cluster is away, and says why', async () => {
    simulator.cluster('us').setReachable(false);
    await until(
      'it is known to be away',
      async () => (await keelson.must('GET', '/v1/clusters/us')).phase === 'Unreachable',
    );
    const { body } = await keelson.http('POST', '/v1/applications/shop/diff', { images: { main: 'shop:2' } });
    expect(body.items).toMatchObject([
      { cluster: 'eu', source: 'DryRun' },
      { cluster: 'us', source: 'Plan', why: expect.any(String), unchanged: 1 },
    ]);
    expect(body.items[1].changes).toMatchObject([
      { change: 'Update', fields: [{ path: '/spec/template/spec/containers/0/image', to: 'shop:2' }] },
    ]);
    simulator.cluster('us').setReachable(true);
  });

  it('of a target is what its cluster lacks of its plan', async () => {
    const { body } = await keelson.http('GET', '/v1/applications/shop/targets/eu/diff');
    expect(body).toEqual({ cluster: 'eu', source: 'DryRun', changes: [], unchanged: 2 });
    expect((await keelson.http('GET', '/v1/applications/shop/targets/nowhere/diff')).status).toBe(404);
  });

  it('refuses what a release would be refused for', async () => {
    const answer = await keelson.http('POST', '/v1/applications/shop/diff', { images: { nobody: 'x:1' } });
    expect(answer.status).toBe(422);
    expect((await keelson.http('POST', '/v1/applications/none/diff', {})).status).toBe(404);
  });

  it('tells of a blue-green release in the colour that it would come to', async () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: objectMeta('web'),
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    };
    const asked = async (image: string) => {
      const body = { manifests: [service, deployment(image)], strategy: { blueGreen: { service: 'web' } } };
      const { items } = await keelson.must('POST', '/v1/applications/colours/diff', body);
      return items[0].changes
        .map(({ change, object }: any) => `${change} ${object.kind}/${object.name}`)
        .sort();
    };
    await keelson.must('PUT', '/v1/applications/colours', {
      namespace: 'colours',
      manifests: [service, deployment('shop:1')],
      disruptionBudget: 'None',
      placement: { clusterNames: ['us'] },
    });
    await keelson.must('POST', '/v1/applications/colours/releases', { version: '1' });
    await until(
      'released',
      async () => (await keelson.must('GET', '/v1/runs/colours-1')).phase === 'Succeeded',
    );
    const first = ['Create Deployment/web-green', 'Update Deployment/web', 'Update Service/web'];
    expect(await asked('shop:2')).toEqual(first);
    await keelson.must('POST', '/v1/applications/colours/releases', {
      version: '2',
      manifests: [service, deployment('shop:2')],
      strategy: { blueGreen: { service: 'web', scaleDownDelay: '0s' } },
    });
    await until('switched, and one colour is left', async () => {
      const { items } = await keelson.must('GET', '/v1/applications/colours/targets');
      const { blueGreen, owedDeletes } = items[0];
      return blueGreen?.active === 'green' && blueGreen.blue === null && owedDeletes === 0;
    });
    expect(await asked('shop:2')).toEqual([]);
    expect(await asked('shop:3')).toEqual([
      'Create Deployment/web',
      'Update Deployment/web-green',
      'Update Service/web',
    ]);
  });
});
