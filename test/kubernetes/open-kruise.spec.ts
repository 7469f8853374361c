import { randomBytes } from 'node:crypto';
import { CLONE_SET_CRD, SIDECAR_SET_CRD } from '../../libs/k8s/src/simulator/open-kruise';
import { until } from '../support/until';
import { startOpenKruise, type OpenKruise } from './open-kruise';
import { realClusters, type TestCluster } from './support/fleet';
import { RealKeelson } from './support/real-keelson';

jest.setTimeout(180_000);

const id = randomBytes(3).toString('hex');
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
  /** Opened apart from Keelson's: the definitions are there before it comes, and what is left goes after it. */
  let cluster: TestCluster;
  let real: RealKeelson;
  let kruise: OpenKruise;

  beforeAll(async () => {
    [cluster] = (await realClusters(1)) as [TestCluster];
    await installCrds();
    kruise = await startOpenKruise(cluster.client);
    real = await RealKeelson.start('kruise', { keelsonMakesNamespace: true, batchMs: 60_000 });
    // The sidecar first: it is put into pods when they are made.
    await define('log', [sidecarSet('log:1')]);
    await real.phase(await release('log', '1', [sidecarSet('log:1')], {}), 'Succeeded');
    await define('web', [cloneSet('main:1')]);
    await real.phase(await release('web', '1', [cloneSet('main:1')], {}), 'Succeeded');
  });
  afterAll(async () => {
    await real?.stop();
    await cluster?.client.request('DELETE', `/apis/apps.kruise.io/v1alpha1/sidecarsets/log-${id}`);
    await kruise?.stop();
    await cluster?.close();
  });

  const installCrds = async (): Promise<void> => {
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    for (const crd of [CLONE_SET_CRD, SIDECAR_SET_CRD]) await cluster.client.request('POST', crds, crd);
    for (const plural of ['clonesets', 'sidecarsets']) {
      const path = `/apis/apps.kruise.io/v1alpha1/${plural}`;
      await until(
        `${plural} are served`,
        async () => (await cluster.client.request('GET', path)).status === 200,
      );
    }
  };
  const get = async (path: string): Promise<any> => (await cluster.client.request('GET', path)).body;
  const pods = async (): Promise<any[]> =>
    (await get(`/api/v1/namespaces/${real.namespace}/pods?labelSelector=app%3D${labels.app}`)).items;
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

  const define = (name: string, manifests: object[]) => real.define(`${name}-${id}`, manifests);
  const release = (name: string, version: string, manifests: object[], strategy: object) =>
    real.release(`${name}-${id}`, version, { manifests, strategy });
  const held = {
    batches: [{ size: '50%', pause: '1h' }, '100%'],
    update: 'InPlaceIfPossible',
    progressDeadline: '60s',
  };

  it('upgrades a CloneSet in place, batch by batch, and gives its own strategy back', async () => {
    const before = await lives('log');
    const own = (await get(`/apis/apps.kruise.io/v1alpha1/namespaces/${real.namespace}/clonesets/web`)).spec;
    const run = await release('web', '2', [cloneSet('main:2')], held);
    await real.reached(run);
    expect(await onImage('main', 'main:2')).toBe(3);
    await real.promote(run);
    await real.phase(run, 'Succeeded');
    expect(await onImage('main', 'main:2')).toBe(6);
    expect(await lives('log')).toEqual(before);
    const { spec } = await get(`/apis/apps.kruise.io/v1alpha1/namespaces/${real.namespace}/clonesets/web`);
    expect({ ...spec, template: null }).toEqual({ ...own, template: null });
  });

  it('upgrades a SidecarSet in the pods of another application, and never touches its containers', async () => {
    const before = await lives('main');
    expect(before).toHaveLength(6);
    const run = await release('log', '2', [sidecarSet('log:2')], held);
    await real.reached(run);
    expect(await onImage('log', 'log:2')).toBe(3);
    await real.promote(run);
    await real.phase(run, 'Succeeded');
    expect(await onImage('log', 'log:2')).toBe(6);
    expect(await lives('main')).toEqual(before);
    const { spec } = await get(`/apis/apps.kruise.io/v1alpha1/sidecarsets/log-${id}`);
    expect(spec.updateStrategy).toEqual({ type: 'RollingUpdate', maxUnavailable: 2 });
  });
});
