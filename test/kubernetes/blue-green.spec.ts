import { randomBytes } from 'node:crypto';
import { startTestServer, type TestServer } from '../support/database';
import { startKeelson, type Keelson } from '../support/keelson';
import { until } from '../support/until';
import { freshNamespace, realClusters, type TestCluster } from './support/fleet';
import { ServiceWitness } from './service-witness';

jest.setTimeout(180_000);

const WAIT = 90_000;
const id = randomBytes(3).toString('hex');
const cluster = `blue-${id}`;

const manifests = (image: string) => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
    },
  },
];

/** One application through its life: each case begins where the one before has left it. */
describe('blue-green releases on a real cluster', () => {
  let database: TestServer;
  let keelson: Keelson;
  let real: TestCluster;
  let namespace: string;
  let witness: ServiceWitness;

  beforeAll(async () => {
    [real] = (await realClusters(1)) as [TestCluster];
    namespace = await freshNamespace(real, 'blue');
    database = await startTestServer();
    keelson = await startKeelson(database);
    const connection = { kubeconfig: real.kubeconfig };
    await keelson.must('PUT', `/v1/clusters/${cluster}`, { labels: {}, connection });
    await define({});
    await phase(await release('1', {}), 'Succeeded');
    witness = new ServiceWitness(real, namespace, 'web');
    await witness.start();
  });
  afterAll(async () => {
    await witness?.stop();
    await keelson?.stop();
    await database?.stop();
    if (namespace) await real.client.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await real?.close();
  });

  const define = (strategy: object): Promise<unknown> =>
    keelson.must('PUT', '/v1/applications/web', {
      namespace,
      manifests: manifests('web:1'),
      placement: { clusterNames: [cluster] },
      strategy: { progressDeadline: '60s', ...strategy },
    });
  const release = async (version: string, strategy: object, image = `web:${version}`): Promise<string> =>
    (
      await keelson.must('POST', '/v1/applications/web/releases', {
        version,
        manifests: manifests(image),
        strategy: { progressDeadline: '60s', ...strategy },
      })
    ).run.id;
  const blueGreen = (change: object = {}, scaleDownDelay = '1h') => ({
    blueGreen: { service: 'web', scaleDownDelay },
    ...change,
  });
  const held = { batches: [{ size: '100%', pause: '1h' }] };
  const act = (run: string, action: string) => keelson.must('POST', `/v1/runs/${run}/actions`, { action });
  const phase = (run: string, wanted: string): Promise<unknown> =>
    until(
      `${run} is ${wanted}`,
      async () => {
        const seen = await keelson.must('GET', `/v1/runs/${run}`);
        if (seen.phase === 'Paused' && wanted !== 'Paused') throw new Error(JSON.stringify(seen));
        return seen.phase === wanted;
      },
      WAIT,
    );
  const reached = (run: string): Promise<unknown> =>
    until(
      `${run} has its new colour`,
      async () => {
        const { items } = await keelson.must('GET', `/v1/runs/${run}/events`);
        return items.some(({ type }: any) => type === 'BatchReached');
      },
      WAIT,
    );
  const pods = async (): Promise<any[]> =>
    (
      await real.client.must('GET', `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dweb`)
    ).items.filter(({ metadata }: any) => !metadata.deletionTimestamp);
  const uids = async (): Promise<string[]> => (await pods()).map(({ metadata }) => metadata.uid).sort();
  const running = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { spec } of await pods()) {
      const { image } = spec.containers[0];
      counts[image] = (counts[image] ?? 0) + 1;
    }
    return counts;
  };
  const runs = (wanted: Record<string, number>): Promise<unknown> =>
    until(
      JSON.stringify(wanted),
      async () => {
        const seen = await running();
        return Object.keys({ ...seen, ...wanted }).every((image) => seen[image] === wanted[image]);
      },
      WAIT,
    );
  const serves = (wanted: Record<string, number>): Promise<unknown> =>
    until(
      `the Service serves ${JSON.stringify(wanted)}`,
      () => {
        const seen = witness.served();
        return Object.keys({ ...seen, ...wanted }).every((image) => seen[image] === wanted[image]);
      },
      WAIT,
    );

  it('takes over pods that have no colours without a restart, and goes over in one write', async () => {
    const before = await pods();
    witness.reset();
    const run = await release('2', blueGreen(held));
    await reached(run);
    expect(witness.served()).toEqual({ 'web:1': 5 });
    expect(await running()).toEqual({ 'web:1': 5, 'web:2': 5 });
    // Its labels, and nothing of what runs in it.
    const after = new Map((await pods()).map((pod) => [pod.metadata.uid, pod]));
    for (const pod of before) {
      expect(after.get(pod.metadata.uid)?.status.containerStatuses[0].restartCount).toBe(0);
    }
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
    witness.reset();
    await act(run, 'promote');
    await phase(run, 'Succeeded');
    await serves({ 'web:2': 5 });
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
    expect(await running()).toEqual({ 'web:1': 5, 'web:2': 5 });
    const { items } = await keelson.must('GET', '/v1/applications/web/targets');
    expect(items[0]).toMatchObject({
      blueGreen: { active: 'green', blue: 'web-r1', green: 'web-r2', idleUntil: expect.any(String) },
      workload: { desired: 5, updated: 5, ready: 5 },
    });
  });

  it('goes back within the delay by the Service alone, with the pods that are there', async () => {
    await define(blueGreen());
    const before = await uids();
    witness.reset();
    const { run } = await keelson.must('POST', '/v1/applications/web/rollback', { to: '1' });
    await phase(run.id, 'Succeeded');
    await serves({ 'web:1': 5 });
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
    expect(await uids()).toEqual(before);
  });

  it('gives a bad image no traffic and takes no pod for it', async () => {
    witness.reset();
    const run = await release(
      'bad',
      blueGreen({ progressDeadline: '4s', onFailure: 'Rollback' }),
      'web:missing',
    );
    await phase(run, 'RolledBack');
    expect(witness.seen).toEqual({ fewest: 5, switches: 0 });
    expect((await keelson.must('GET', `/v1/runs/${run}`)).reason).toContain('ImagePullBackOff');
    await runs({ 'web:1': 5 });
  });

  it('scales both colours in the middle, and is superseded there', async () => {
    witness.reset();
    const run = await release('3', blueGreen(held));
    await reached(run);
    await keelson.must('POST', '/v1/applications/web/scale', { replicas: 8, workload: 'Deployment/web' });
    await runs({ 'web:1': 8, 'web:3': 8 });
    const newer = await release('4', blueGreen());
    await phase(newer, 'Succeeded');
    expect((await keelson.must('GET', `/v1/runs/${run}`)).phase).toBe('Superseded');
    await serves({ 'web:4': 8 });
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
  });

  it('lets the idle colour go after its delay', async () => {
    const run = await release('5', blueGreen({}, '3s'));
    await phase(run, 'Succeeded');
    expect(await running()).toEqual({ 'web:4': 8, 'web:5': 8 });
    await runs({ 'web:5': 8 });
    await serves({ 'web:5': 8 });
  });

  it('says what a release would change, in the colour that it would come to', async () => {
    const { items } = await keelson.must('POST', '/v1/applications/web/diff', {
      manifests: manifests('web:6'),
    });
    const changes = items[0].changes.map(
      ({ object, change }: any) => `${change} ${object.kind} ${object.name}`,
    );
    expect(items[0].source).toBe('DryRun');
    expect(changes.sort()).toEqual([
      'Create Deployment web-green',
      'Update Deployment web',
      'Update Service web',
    ]);
  });

  it('goes on under another strategy without losing a pod', async () => {
    const green = await release('6', blueGreen());
    await phase(green, 'Succeeded');
    witness.reset();
    await phase(await release('7', {}), 'Succeeded');
    await runs({ 'web:7': 8 });
    await serves({ 'web:7': 8 });
    expect(witness.seen).toEqual({ fewest: 8, switches: 1 });
    const { items } = await real.client.must('GET', `/apis/apps/v1/namespaces/${namespace}/deployments`);
    expect(items.map(({ metadata }: any) => metadata.name)).toEqual(['web']);
  });

  it('leaves nothing behind when the application is deleted in the middle', async () => {
    await reached(await release('8', blueGreen(held)));
    await keelson.must('DELETE', '/v1/applications/web');
    await runs({});
    for (const path of ['/apis/apps/v1', '/api/v1', '/apis/policy/v1beta1']) {
      const plural =
        { '/apis/apps/v1': 'deployments', '/api/v1': 'services' }[path] ?? 'poddisruptionbudgets';
      const left = async (): Promise<unknown[]> =>
        (await real.client.must('GET', `${path}/namespaces/${namespace}/${plural}`)).items;
      await until(`no ${plural} are left`, async () => (await left()).length === 0, WAIT);
    }
  });
});
