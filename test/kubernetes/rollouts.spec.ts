import { randomBytes } from 'node:crypto';
import { startTestServer, type TestServer } from '../support/database';
import { startKeelson, type Keelson } from '../support/keelson';
import { until } from '../support/until';
import { realClusters, type TestCluster } from './support/fleet';

jest.setTimeout(180_000);

const id = randomBytes(3).toString('hex');
const namespace = `roll-${id}`;
const cluster = `roll-${id}`;

/** The user's own strategy is unusual, so that it shows when something of it is lost. */
const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 10,
    minReadySeconds: 1,
    progressDeadlineSeconds: 123,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '30%', maxUnavailable: 0 } },
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});
const statefulSet = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    replicas: 5,
    serviceName: 'db',
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

describe('batches on a real cluster', () => {
  let database: TestServer;
  let keelson: Keelson;
  let real: TestCluster;

  beforeAll(async () => {
    [real] = (await realClusters(1)) as [TestCluster];
    database = await startTestServer();
    keelson = await startKeelson(database);
    const connection = { kubeconfig: real.kubeconfig };
    await keelson.must('PUT', `/v1/clusters/${cluster}`, { labels: {}, connection });
  });
  afterAll(async () => {
    await keelson?.stop();
    await database?.stop();
    await real?.client.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await real?.close();
  });

  const get = async (path: string): Promise<any> => (await real.client.request('GET', path)).body;
  const apps = (plural: string, name: string) =>
    get(`/apis/apps/v1/namespaces/${namespace}/${plural}/${name}`);
  const pods = async (app: string): Promise<Record<string, number>> => {
    const { items } = await get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`);
    const counts: Record<string, number> = {};
    for (const { metadata, spec } of items) {
      if (metadata.deletionTimestamp) continue;
      const { image } = spec.containers[0];
      counts[image] = (counts[image] ?? 0) + 1;
    }
    return counts;
  };
  const are = (app: string, wanted: Record<string, number>): Promise<unknown> =>
    until(
      `${app}: ${JSON.stringify(wanted)}`,
      async () => {
        const seen = await pods(app);
        return (
          Object.keys(seen).length === Object.keys(wanted).length &&
          Object.entries(wanted).every(([image, count]) => seen[image] === count)
        );
      },
      60_000,
    );
  const ready = async (): Promise<number> => (await apps('deployments', 'web')).status.readyReplicas ?? 0;

  const define = (name: string, manifests: unknown[]) =>
    keelson.must('PUT', `/v1/applications/${name}`, {
      namespace,
      manifests,
      placement: { clusterNames: [cluster] },
      strategy: { progressDeadline: '60s' },
    });
  const release = async (app: string, version: string, manifests: unknown[], strategy: object) =>
    (await keelson.must('POST', `/v1/applications/${app}/releases`, { version, manifests, strategy })).run
      .id as string;
  const act = (run: string, action: string) => keelson.must('POST', `/v1/runs/${run}/actions`, { action });
  const phase = (run: string, wanted: string): Promise<unknown> =>
    until(
      `${run} is ${wanted}`,
      async () => (await keelson.must('GET', `/v1/runs/${run}`)).phase === wanted,
      90_000,
    );
  const reached = (run: string, batch: number): Promise<unknown> =>
    until(
      `${run} reaches batch ${batch}`,
      async () => {
        const { items } = await keelson.must('GET', `/v1/runs/${run}/events`);
        return items.some(({ type, data }: any) => type === 'BatchReached' && data.batch === batch);
      },
      60_000,
    );
  const held = { batches: [{ size: '20%', pause: '1h' }, { size: '50%', pause: '1h' }, '100%'] };

  it('holds a Deployment at exact counts, and gives the strategy back byte for byte', async () => {
    await define('web', [deployment('web:1')]);
    await phase(await release('web', '1', [deployment('web:1')], {}), 'Succeeded');
    const own = (await apps('deployments', 'web')).spec;
    const run = await release('web', '2', [deployment('web:2')], held);
    await reached(run, 0);
    expect(await pods('web')).toEqual({ 'web:1': 8, 'web:2': 2 });
    await act(run, 'promote');
    await reached(run, 1);
    expect(await pods('web')).toEqual({ 'web:1': 5, 'web:2': 5 });
    await phase(run, 'Succeeded');
    await are('web', { 'web:2': 10 });
    const after = (await apps('deployments', 'web')).spec;
    expect({ ...after, template: null }).toEqual({ ...own, template: null });
  });

  it('keeps the share when it is scaled during a hold, and goes forward when superseded', async () => {
    const run = await release('web', '3', [deployment('web:3')], {
      batches: [{ size: '50%', pause: '1h' }, '100%'],
    });
    await reached(run, 0);
    await keelson.must('POST', '/v1/applications/web/scale', { replicas: 16 });
    await are('web', { 'web:2': 8, 'web:3': 8 });
    const newer = await release('web', '4', [deployment('web:4')], {
      batches: [{ size: '25%', pause: '1h' }, '100%'],
    });
    await reached(newer, 0);
    expect((await pods('web'))['web:4']).toBe(4);
    expect((await keelson.must('GET', `/v1/runs/${run}`)).phase).toBe('Superseded');
    await act(newer, 'promote');
    await phase(newer, 'Succeeded');
    await are('web', { 'web:4': 16 });
  });

  it('stops a bad image at the first batch, with every old pod ready, and rolls back', async () => {
    const run = await release('web', 'bad', [deployment('web:missing')], {
      batches: ['10%', '100%'],
      progressDeadline: '3s',
      onFailure: 'Rollback',
    });
    let least = 16;
    await until(
      'it is rolled back',
      async () => {
        least = Math.min(least, await ready());
        return (await keelson.must('GET', `/v1/runs/${run}`)).phase === 'RolledBack';
      },
      90_000,
    );
    expect(least).toBe(16);
    await are('web', { 'web:4': 16 });
    const { reason } = await keelson.must('GET', `/v1/runs/${run}`);
    expect(reason).toContain('ImagePullBackOff');
  });

  it('holds a StatefulSet at exact counts by its partition, and gives the partition back', async () => {
    await define('db', [statefulSet('db:1')]);
    await phase(await release('db', '1', [statefulSet('db:1')], {}), 'Succeeded');
    const own = (await apps('statefulsets', 'db')).spec;
    const run = await release('db', '2', [statefulSet('db:2')], {
      batches: [{ size: '40%', pause: '1h' }, '100%'],
    });
    await reached(run, 0);
    expect(await pods('db')).toEqual({ 'db:1': 3, 'db:2': 2 });
    await act(run, 'promote');
    await phase(run, 'Succeeded');
    await are('db', { 'db:2': 5 });
    const after = (await apps('statefulsets', 'db')).spec;
    expect({ ...after, template: null }).toEqual({ ...own, template: null });
  });
});
