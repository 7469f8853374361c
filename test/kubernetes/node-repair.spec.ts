import { randomUUID } from 'node:crypto';
import {
  ClusterClient,
  cordonNode,
  NodeDrain,
  observeNode,
  parseConnection,
  uncordonNode,
} from '@keelson/k8s';
import { MERGE_PATCH, STRATEGIC_PATCH, until } from './control-plane';
import { registerNode } from './control-plane/fake-nodes';
import { dropNamespace, freshNamespace, realClusters, type TestCluster } from './support/fleet';

jest.setTimeout(120_000);

/** A machine of this test alone: no kubelet looks after it, and its taint keeps everybody else's pods away. */
describe('a node under repair on a real API server', () => {
  const node = `repair-${randomUUID().slice(0, 8)}`;
  const path = `/api/v1/nodes/${node}`;
  const { signal } = new AbortController();
  let cluster: TestCluster;
  let namespace: string;
  let client: ClusterClient;

  beforeAll(async () => {
    [cluster] = (await realClusters(1)) as [TestCluster];
    namespace = await freshNamespace(cluster, 'node-repair');
    const parsed = parseConnection({ kubeconfig: cluster.kubeconfig });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    client = new ClusterClient(parsed.connection);
    await registerNode(cluster.client, node, 'v0.0.0-test');
    const taints = [{ key: 'keelson.dev/test', value: node, effect: 'NoSchedule' }];
    await cluster.client.must('PATCH', path, { spec: { taints } }, MERGE_PATCH);
    for (const name of ['a', 'b']) await runPod(name);
    await putBudget(2);
  });
  afterAll(async () => {
    await client?.close();
    if (namespace) await dropNamespace(cluster, namespace);
    await cluster?.client.request('DELETE', path);
    await cluster?.client.request(
      'DELETE',
      `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`,
    );
    await cluster?.close();
  });

  const pods = (): string => `/api/v1/namespaces/${namespace}/pods`;
  const budget = (): string => `/apis/policy/v1beta1/namespaces/${namespace}/poddisruptionbudgets`;

  /** Bound by hand and said to be Ready, as a kubelet would. */
  const runPod = async (name: string): Promise<void> => {
    await cluster.client.must('POST', pods(), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: 'web' } },
      spec: { nodeName: node, containers: [{ name: 'main', image: 'registry.example/web:1' }] },
    });
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await cluster.client.must('PATCH', `${pods()}/${name}/status`, { status }, STRATEGIC_PATCH);
  };

  const putBudget = async (minAvailable: number): Promise<void> => {
    const spec = { minAvailable, selector: { matchLabels: { app: 'web' } } };
    const known = await cluster.client.request('GET', `${budget()}/web`);
    if (known.status === 200) await cluster.client.must('PATCH', `${budget()}/web`, { spec }, MERGE_PATCH);
    else
      await cluster.client.must('POST', budget(), {
        apiVersion: 'policy/v1beta1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web' },
        spec,
      });
    await until('the budget is counted', async () => {
      const { metadata, status } = await cluster.client.must('GET', `${budget()}/web`);
      return (
        (status?.observedGeneration === metadata.generation &&
          status.disruptionsAllowed === 2 - minAvailable) ||
        undefined
      );
    });
  };

  const uid = async (): Promise<string> => (await cluster.client.must('GET', path)).metadata.uid;

  it('is cordoned, drained as its budgets let, emptied by force, and uncordoned', async () => {
    const of = { node, uid: await uid(), repair: `${node}-repair-1` };
    const cordoned = await cordonNode(client, of);
    expect(cordoned && observeNode(cordoned)).toMatchObject({ unschedulable: true, cordonedFor: of.repair });
    const again = await cordonNode(client, { ...of, repair: 'another' });
    expect(again && observeNode(again).cordonedFor).toBe(of.repair);

    const drain = new NodeDrain(client, of);
    const held = await drain.pass(false, Date.now(), signal);
    expect(held).toMatchObject({ left: 2, held: { pods: 2 } });
    expect(held.held?.message).toContain("violate the pod's disruption budget");

    await putBudget(1);
    // Both are due again; the budget lets one of them go, which no kubelet confirms.
    const one = await drain.pass(false, Date.now() + 60_000, signal);
    expect(one).toMatchObject({ left: 2, held: { pods: 1 } });
    const { items } = await cluster.client.must('GET', pods());
    const leaving = (items as any[]).filter(({ metadata }) => metadata.deletionTimestamp);
    expect(leaving).toHaveLength(1);

    const spared = await drain.pass(true, Date.now(), signal);
    expect(spared).toMatchObject({ left: 2, deleted: [] });
    const status = { conditions: [{ type: 'Ready', status: 'Unknown' }] };
    await cluster.client.must('PATCH', `${path}/status`, { status }, STRATEGIC_PATCH);
    const forced = await drain.pass(true, Date.now(), signal);
    expect(forced.left).toBe(0);
    expect(forced.deleted.map(({ name }) => name).sort()).toEqual(['a', 'b']);
    expect((await drain.pass(false, Date.now(), signal)).left).toBe(0);

    const free = await uncordonNode(client, of);
    expect(free && observeNode(free)).not.toHaveProperty('cordonedFor');
    expect((await cluster.client.must('GET', path)).spec.unschedulable).toBeUndefined();
  });

  it('is left as it is where somebody else cordoned it, or it is gone', async () => {
    const of = { node, uid: await uid(), repair: `${node}-repair-2` };
    await cluster.client.must('PATCH', path, { spec: { unschedulable: true } }, MERGE_PATCH);
    await cordonNode(client, of);
    await uncordonNode(client, of);
    expect((await cluster.client.must('GET', path)).spec.unschedulable).toBe(true);
    expect(await cordonNode(client, { ...of, uid: 'another-uid' })).toBeUndefined();
    expect(await cordonNode(client, { ...of, node: `${node}-none` })).toBeUndefined();
    expect((await cluster.client.request('GET', `${path}-none`)).status).toBe(404);
  });
});
