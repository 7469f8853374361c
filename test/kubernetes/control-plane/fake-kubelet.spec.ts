import { dropNamespace, freshNamespace, realClusters, type TestCluster } from '../support/fleet';
import { STRATEGIC_PATCH, until } from '.';
import type { Pod } from './pod';

jest.setTimeout(60_000);

/** The fake kubelet under the real controllers: what the product's tests take for granted. */
describe('a control plane with a fake kubelet', () => {
  let cluster: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    [cluster] = (await realClusters(1)) as [TestCluster];
  });
  afterAll(() => cluster?.close());
  beforeEach(async () => {
    namespace = await freshNamespace(cluster, 'kubelet');
  });
  afterEach(() => dropNamespace(cluster, namespace));

  const deployments = () => `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const pods = async (): Promise<Pod[]> => {
    const { items } = await cluster.client.must('GET', `/api/v1/namespaces/${namespace}/pods`);
    return items as Pod[];
  };
  const deploy = (replicas: number, images: Record<string, string>) =>
    cluster.client.must('POST', deployments(), deployment(replicas, images));
  const status = async (): Promise<Record<string, number>> =>
    (await cluster.client.must('GET', `${deployments()}/web`)).status;
  const available = (replicas: number) =>
    until(
      `${replicas} available`,
      async () => (await status())['availableReplicas'] === replicas || undefined,
    );

  it('has three nodes, ready and with a lease', async () => {
    const { items: nodes } = await cluster.client.must('GET', '/api/v1/nodes');
    const ready = nodes.map(({ metadata, status: { conditions } }: any) => [
      metadata.name,
      conditions.find(({ type }: any) => type === 'Ready').status,
    ]);
    const { items: leases } = await cluster.client.must(
      'GET',
      '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases',
    );
    expect(ready).toEqual(['node-1', 'node-2', 'node-3'].map((name) => [name, 'True']));
    expect(leases.map(({ metadata }: any) => metadata.name)).toEqual(['node-1', 'node-2', 'node-3']);
  });

  it('runs a deployment, rolls it, and scales it away', async () => {
    await deploy(4, { web: 'web:1' });
    await available(4);
    const before = await pods();
    expect(new Set(before.map(({ spec }) => spec.nodeName)).size).toBeGreaterThan(1);
    expect(before.map((pod) => pod.status?.phase)).toEqual(Array(4).fill('Running'));

    await patch({ template: { spec: { containers: [{ name: 'web', image: 'web:2' }] } } });
    await until('all pods replaced', async () => {
      const now = await pods();
      const done = now.length === 4 && now.every(({ spec }) => spec.containers[0]?.image === 'web:2');
      return done || undefined;
    });
    await available(4);

    await patch({ replicas: 0 });
    await until('no pods', async () => (await pods()).length === 0 || undefined);
  });

  it('leaves a pod with a missing image waiting, and keeps the old ones', async () => {
    await deploy(3, { web: 'web:1' });
    await available(3);
    await patch({ template: { spec: { containers: [{ name: 'web', image: 'web:missing' }] } } });
    const stuck = await until('a pod in ImagePullBackOff', async () =>
      (await pods()).find(
        (pod) => pod.status?.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff',
      ),
    );
    expect(stuck.status?.phase).toBe('Pending');
    expect((await status())['availableReplicas']).toBe(3);
  });

  it('restarts just the container whose image changed, in the same pod', async () => {
    await deploy(1, { web: 'web:1', sidecar: 'log:1' });
    await available(1);
    const [before] = (await pods()) as [Pod];
    await cluster.client.must(
      'PATCH',
      `/api/v1/namespaces/${namespace}/pods/${before.metadata.name}`,
      { spec: { containers: [{ name: 'sidecar', image: 'log:2' }] } },
      STRATEGIC_PATCH,
    );
    const after = await until('the sidecar restarted', async () =>
      (await pods()).find((pod) => container(pod, 'sidecar')?.restartCount === 1),
    );
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(container(after, 'sidecar')).toMatchObject({ image: 'log:2', ready: true });
    expect(container(after, 'sidecar')?.containerID).not.toBe(container(before, 'sidecar')?.containerID);
    expect(container(after, 'web')).toEqual(container(before, 'web'));
  });

  it('completes a job', async () => {
    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    await cluster.client.must('POST', jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate' },
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'job:1' }] } },
      },
    });
    await until('the job complete', async () => {
      const { status: job } = await cluster.client.must('GET', `${jobs}/migrate`);
      return job.succeeded === 1 || undefined;
    });
  });

  const patch = (spec: object) =>
    cluster.client.must('PATCH', `${deployments()}/web`, { spec }, STRATEGIC_PATCH);
});

const container = (pod: Pod, name: string) =>
  pod.status?.containerStatuses?.find((status) => status.name === name);

const deployment = (replicas: number, images: Record<string, string>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: Object.entries(images).map(([name, image]) => ({ name, image })) },
    },
  },
});
