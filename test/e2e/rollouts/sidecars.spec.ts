import { startSimulator, type Simulator } from '@keelson/k8s';
import { startKeelson, type Keelson } from '../../support/keelson';
import { until } from '../../support/until';

jest.setTimeout(60_000);

const deployment = (name: string, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

describe('a sidecar, from the outside', () => {
  let keelson: Keelson;
  let simulator: Simulator;

  const settled = async (run: string): Promise<any> => {
    await until(
      `${run} succeeds`,
      async () => (await keelson.must('GET', `/v1/runs/${run}`)).phase === 'Succeeded',
    );
    return keelson.must('GET', `/v1/runs/${run}`);
  };

  beforeAll(async () => {
    [keelson, simulator] = await Promise.all([startKeelson(), startSimulator({ clusters: ['eu'] })]);
    const connection = { kubeconfig: simulator.kubeconfig('eu') };
    await keelson.must('PUT', '/v1/clusters/eu', { labels: {}, connection });
    for (const name of ['shop', 'cart']) {
      await keelson.must('PUT', `/v1/applications/${name}`, {
        labels: { logs: 'yes' },
        namespace: 'shop',
        manifests: [deployment(name, `${name}:1`)],
        placement: { clusterSelector: {} },
      });
      await keelson.must('POST', `/v1/applications/${name}/releases`, { version: '1' });
      await settled(`${name}-1`);
    }
    await keelson.must('PUT', '/v1/sidecars/logs', {
      containers: [{ name: 'agent', image: 'agent:0' }],
      applicationSelector: { matchLabels: { logs: 'yes' } },
      placement: { clusterSelector: {} },
    });
  });
  afterAll(async () => {
    await keelson?.stop();
    await simulator?.close();
  });

  it('is released through a run, which counts the pods of all applications', async () => {
    await keelson.must('POST', '/v1/sidecars/logs/releases', { version: '1', images: { agent: 'agent:1' } });
    const run = await settled('logs-s1');
    expect(run).toMatchObject({ application: 'sidecar/logs', version: '1' });
    await until('all pods are counted', async () => {
      const { stages } = await keelson.must('GET', '/v1/runs/logs-s1');
      const { updated, ready, desired } = stages[0].clusters[0].batch;
      return updated === 4 && ready === 4 && desired === 4;
    });
    expect((await keelson.must('GET', '/v1/sidecars/logs')).targets).toEqual({ total: 2, released: 2 });
    expect((await keelson.must('GET', '/v1/sidecars/logs/targets')).items).toMatchObject([
      { application: 'cart', cluster: 'eu', version: '1', waiting: false, run: 'logs-s1' },
      { application: 'shop', cluster: 'eu', version: '1', waiting: false, run: 'logs-s1' },
    ]);
    const pods = simulator.cluster('eu').list('v1', 'Pod', 'shop', 'app=shop') as any[];
    for (const { metadata, spec } of pods.filter((pod) => !pod.metadata.deletionTimestamp)) {
      expect([metadata.labels.app, spec.containers.map(({ image }: any) => image)]).toEqual([
        'shop',
        ['shop:1', 'agent:1'],
      ]);
    }
  });

  it("is no part of what an application's release would change", async () => {
    const answer = await keelson.http('POST', '/v1/applications/shop/diff', { images: { main: 'shop:2' } });
    expect(answer.body.items[0].changes).toMatchObject([
      { fields: [{ path: '/spec/template/spec/containers/0/image', from: 'shop:1', to: 'shop:2' }] },
    ]);
  });

  it('leaves when it is deleted', async () => {
    await keelson.must('DELETE', '/v1/sidecars/logs');
    await until('no pod has it', () =>
      (simulator.cluster('eu').list('v1', 'Pod', 'shop') as any[])
        .filter(({ metadata }) => !metadata.deletionTimestamp)
        .every(({ spec }) => spec.containers.length === 1),
    );
  });
});
