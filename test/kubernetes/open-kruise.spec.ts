import { randomBytes } from 'node:crypto';
import { CLONE_SET_CRD, SIDECAR_SET_CRD } from '../../libs/k8s/src/simulator/open-kruise';
import { startTestServer, type TestServer } from '../support/database';
import { startKeelson, type Keelson } from '../support/keelson';
import { until } from '../support/until';
import { startOpenKruise, type OpenKruise } from './open-kruise';
import { realClusters, type TestCluster } from './support/fleet';

jest.setTimeout(180_000);

const id = randomBytes(3).toString('hex');
const namespace = `kruise-${id}`;
const labels = { app: `web-${id}` };

const cloneSet = (image: string) => ({
  apiVersion: 'apps.kruise.io/v1alpha1',
  kind: 'CloneSet',
  metadata: { name: 'web' },
  spec: {
    replicas: 6,
    selector: { matchLabels: labels },
    updateStrategy: { type: 'ReCreate', maxUnavailable: 2 },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
  },
});
const sidecarSet = (image: string) => ({
  apiVersion: 'apps.kruise.io/v1alpha1',
  kind: 'SidecarSet',
  metadata: { name: `log-${id}` },
  spec: {
    selector: { matchLabels: labels },
    containers: [{ name: 'log', image }],
    updateStrategy: { type: 'RollingUpdate', maxUnavailable: 2 },
  },
});

/** OpenKruise's own words on a real API server; its controller is the one of the contract suite. */
describe('OpenKruise workloads on a real cluster', () => {
  let database: TestServer;
  let keelson: Keelson;
  let real: TestCluster;
  let kruise: OpenKruise;

  beforeAll(async () => {
    [real] = (await realClusters(1)) as [TestCluster];
    await installCrds();
    kruise = await startOpenKruise(real.client);
    database = await startTestServer();
    keelson = await startKeelson(database);
    const connection = { kubeconfig: real.kubeconfig };
    await keelson.must('PUT', `/v1/clusters/${namespace}`, { labels: {}, connection });
    // The sidecar first: it is put into pods when they are made.
    await define('log', [sidecarSet('log:1')]);
    await phase(await release('log', '1', [sidecarSet('log:1')], {}), 'Succeeded');
    await define('web', [cloneSet('main:1')]);
    await phase(await release('web', '1', [cloneSet('main:1')], {}), 'Succeeded');
  });
  afterAll(async () => {
    await keelson?.stop();
    await database?.stop();
    await real?.client.request('DELETE', `/apis/apps.kruise.io/v1alpha1/sidecarsets/log-${id}`);
    await real?.client.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await kruise?.stop();
    await real?.close();
  });

  const installCrds = async (): Promise<void> => {
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    for (const crd of [CLONE_SET_CRD, SIDECAR_SET_CRD]) await real.client.request('POST', crds, crd);
    for (const plural of ['clonesets', 'sidecarsets']) {
      const path = `/apis/apps.kruise.io/v1alpha1/${plural}`;
      await until(
        `${plural} are served`,
        async () => (await real.client.request('GET', path)).status === 200,
      );
    }
  };
  const get = async (path: string): Promise<any> => (await real.client.request('GET', path)).body;
  const pods = async (): Promise<any[]> =>
    (await get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${labels.app}`)).items;
  const onImage = async (container: string, image: string): Promise<number> =>
    (await pods()).filter(({ spec }) =>
      spec.containers.some((one: any) => one.name === container && one.image === image),
    ).length;
  /** The pods and the life of one container in each: what an upgrade of the other one must not change. */
  const lives = async (container: string): Promise<string[]> =>
    (await pods())
      .map(({ metadata, status }) => {
        const one = status.containerStatuses.find(({ name }: any) => name === container);
        return `${metadata.uid} ${one?.containerID} ${one?.restartCount}`;
      })
      .sort();

  const define = (name: string, manifests: unknown[]) =>
    keelson.must('PUT', `/v1/applications/${name}-${id}`, {
      namespace,
      manifests,
      placement: { clusterNames: [namespace] },
    });
  const release = async (app: string, version: string, manifests: unknown[], strategy: object) => {
    const path = `/v1/applications/${app}-${id}/releases`;
    return (await keelson.must('POST', path, { version, manifests, strategy })).run.id as string;
  };
  const phase = (run: string, wanted: string): Promise<unknown> =>
    until(
      `${run} is ${wanted}`,
      async () => (await keelson.must('GET', `/v1/runs/${run}`)).phase === wanted,
      90_000,
    );
  const reached = (run: string): Promise<unknown> =>
    until(
      `${run} reaches its first batch`,
      async () => {
        const { items } = await keelson.must('GET', `/v1/runs/${run}/events`);
        return items.some(({ type }: any) => type === 'BatchReached');
      },
      60_000,
    );
  const promote = (run: string) => keelson.must('POST', `/v1/runs/${run}/actions`, { action: 'promote' });
  const held = {
    batches: [{ size: '50%', pause: '1h' }, '100%'],
    update: 'InPlaceIfPossible',
    progressDeadline: '60s',
  };

  it('upgrades a CloneSet in place, batch by batch, and gives its own strategy back', async () => {
    const before = await lives('log');
    const own = (await get(`/apis/apps.kruise.io/v1alpha1/namespaces/${namespace}/clonesets/web`)).spec;
    const run = await release('web', '2', [cloneSet('main:2')], held);
    await reached(run);
    expect(await onImage('main', 'main:2')).toBe(3);
    await promote(run);
    await phase(run, 'Succeeded');
    expect(await onImage('main', 'main:2')).toBe(6);
    expect(await lives('log')).toEqual(before);
    const { spec } = await get(`/apis/apps.kruise.io/v1alpha1/namespaces/${namespace}/clonesets/web`);
    expect({ ...spec, template: null }).toEqual({ ...own, template: null });
  });

  it('upgrades a SidecarSet in the pods of another application, and never touches its containers', async () => {
    const before = await lives('main');
    expect(before).toHaveLength(6);
    const run = await release('log', '2', [sidecarSet('log:2')], held);
    await reached(run);
    expect(await onImage('log', 'log:2')).toBe(3);
    await promote(run);
    await phase(run, 'Succeeded');
    expect(await onImage('log', 'log:2')).toBe(6);
    expect(await lives('main')).toEqual(before);
    const { spec } = await get(`/apis/apps.kruise.io/v1alpha1/sidecarsets/log-${id}`);
    expect(spec.updateStrategy).toEqual({ type: 'RollingUpdate', maxUnavailable: 2 });
  });
});
