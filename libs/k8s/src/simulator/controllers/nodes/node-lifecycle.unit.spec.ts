import { type KubeObject } from '@keelson/domain';
import { evictPod } from '../../api/evict';
import { builtin } from '../../api/registry';
import { listAt, objectAt, textAt } from '../../json';
import { type SimulatedCluster } from '../../simulated-cluster';
import { virtualCluster, workload } from '../../testing/virtual-cluster';
import { conditionOf, conditionsOf } from '../conditions';
import { isReady } from '../pods';
import { taintsOf } from './taints';

const MINUTE = 60_000;

const nodeOf = (pod: KubeObject): string => textAt(pod.spec, 'nodeName') ?? '';
const node = (cluster: SimulatedCluster, name: string): KubeObject => {
  const found = cluster.get({ apiVersion: 'v1', kind: 'Node', name });
  if (!found) throw new Error(`no node ${name}`);
  return found;
};
const readyOf = (cluster: SimulatedCluster, name: string) =>
  conditionOf(conditionsOf(node(cluster, name).status), 'Ready');
const taints = (cluster: SimulatedCluster, name: string): string[] =>
  taintsOf(node(cluster, name))
    .map(({ key, effect }) => `${key.split('/')[1]}:${effect}`)
    .sort();
const terminating = (pods: readonly KubeObject[]) => pods.filter((pod) => pod.metadata.deletionTimestamp);
const cordon = (cluster: SimulatedCluster, name: string, unschedulable: boolean) =>
  cluster.edit({ apiVersion: 'v1', kind: 'Node', name }, (object) => {
    objectAt(object, 'spec').unschedulable = unschedulable;
  });

/** A Deployment of three pods on three nodes, all Ready, with a grace of their own. */
function running(kind = 'Deployment', nodes = 3) {
  const { cluster, clock } = virtualCluster(nodes);
  const object = workload(kind, 'web', kind === 'DaemonSet' ? {} : { replicas: nodes });
  delete objectAt(objectAt(objectAt(object, 'spec'), 'template'), 'spec').terminationGracePeriodSeconds;
  cluster.create(object);
  clock.advance(2_000);
  expect(cluster.pods('default').filter(isReady)).toHaveLength(nodes);
  return { cluster, clock, pods: () => cluster.pods('default') };
}

describe('a node whose kubelet is stopped', () => {
  it('is Unknown and tainted after the grace period, and not before', () => {
    const { cluster, clock, pods } = running();
    cluster.stopNode('node-2');
    clock.advance(39_000);
    expect(readyOf(cluster, 'node-2')?.status).toBe('True');
    clock.advance(1_100);
    expect(readyOf(cluster, 'node-2')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    expect(taints(cluster, 'node-2')).toEqual(['unreachable:NoExecute', 'unreachable:NoSchedule']);
    expect(taints(cluster, 'node-1')).toEqual([]);
    expect(pods().map((pod) => isReady(pod) === (nodeOf(pod) !== 'node-2'))).toEqual([true, true, true]);
  });

  it('loses its pods when they have borne it long enough; they stay Terminating, others come elsewhere', () => {
    const { cluster, clock, pods } = running();
    const [lost] = pods().filter((pod) => nodeOf(pod) === 'node-2');
    cluster.stopNode('node-2');
    clock.advance(40_000 + 5 * MINUTE - 1_000);
    expect(terminating(pods())).toEqual([]);
    clock.advance(2_000);
    expect(terminating(pods()).map(({ metadata }) => metadata.uid)).toEqual([lost?.metadata.uid]);
    expect(pods().filter(isReady).map(nodeOf)).not.toContain('node-2');
    expect(pods().filter(isReady)).toHaveLength(3);
    clock.advance(60 * MINUTE);
    expect(terminating(pods())).toHaveLength(1);
  });

  it('does what it missed when the kubelet is back', () => {
    const { cluster, clock, pods } = running();
    cluster.stopNode('node-2');
    clock.advance(10 * MINUTE);
    expect(pods()).toHaveLength(4);
    cluster.startNode('node-2');
    clock.advance(1_000);
    expect(readyOf(cluster, 'node-2')?.status).toBe('True');
    expect(taints(cluster, 'node-2')).toEqual([]);
    expect(pods()).toHaveLength(3);
  });

  it('keeps pods that are back in time, and they are Ready again', () => {
    const { cluster, clock, pods } = running();
    const before = pods().map(({ metadata }) => metadata.uid);
    cluster.stopNode('node-2');
    clock.advance(2 * MINUTE);
    cluster.startNode('node-2');
    clock.advance(10 * MINUTE);
    expect(pods().map(({ metadata }) => metadata.uid)).toEqual(before);
    expect(pods().filter(isReady)).toHaveLength(3);
  });

  it('is left by a pod that somebody deletes by force', () => {
    const { cluster, clock, pods } = running();
    cluster.stopNode('node-2');
    clock.advance(10 * MINUTE);
    const [lost] = terminating(pods());
    cluster.delete(
      { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: lost?.metadata.name ?? '' },
      { gracePeriodSeconds: 0 },
    );
    clock.advance(1_000);
    expect(terminating(pods())).toEqual([]);
  });

  it('keeps the pods of DaemonSets', () => {
    const { cluster, clock, pods } = running('DaemonSet');
    cluster.stopNode('node-2');
    clock.advance(20 * MINUTE);
    expect(terminating(pods())).toEqual([]);
    const { status } = cluster.get({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      namespace: 'default',
      name: 'web',
    }) as KubeObject;
    expect(status).toMatchObject({ desiredNumberScheduled: 2, numberReady: 2, numberMisscheduled: 1 });
  });

  it('holds up a StatefulSet, which never runs a name twice, until the pod is gone for good', () => {
    const { cluster, clock, pods } = running('StatefulSet');
    const [lost] = pods().filter((pod) => nodeOf(pod) === 'node-2');
    cluster.stopNode('node-2');
    clock.advance(10 * MINUTE);
    expect(pods()).toHaveLength(3);
    cluster.delete(
      { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: lost?.metadata.name ?? '' },
      { gracePeriodSeconds: 0 },
    );
    clock.advance(1_000);
    expect(pods().filter(isReady)).toHaveLength(3);
    expect(pods().map(nodeOf)).not.toContain('node-2');
  });

  it('takes from the budgets that count its pods', () => {
    const { cluster, clock, pods } = running();
    cluster.create({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'default' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
    });
    const status = () => {
      clock.advance(100);
      return cluster.get({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        namespace: 'default',
        name: 'web',
      })?.status;
    };
    expect(status()).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1 });
    cluster.stopNode('node-2');
    clock.advance(2 * MINUTE);
    expect(status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 });
    const evict = (pod: KubeObject | undefined) => () =>
      evictPod(
        cluster.state,
        {
          type: builtin('', 'Pod'),
          apiVersion: 'v1',
          namespace: 'default',
          name: pod?.metadata.name,
          manager: 'test',
          dryRun: false,
          force: false,
        },
        { metadata: { name: pod?.metadata.name } },
        {},
      );
    expect(evict(pods().find((pod) => nodeOf(pod) === 'node-1'))).toThrow('disruption budget');
    // The lost pod is none of the two that the budget needs.
    expect(evict(pods().find((pod) => nodeOf(pod) === 'node-2'))).not.toThrow();
  });
});

describe('the nodes of a cluster', () => {
  it('are tainted as not-ready when the kubelet itself says so, and their pods go, but stop by themselves', () => {
    const { cluster, clock, pods } = running();
    cluster.reportNode('node-2', {
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'disk',
    });
    clock.advance(100);
    expect(taints(cluster, 'node-2')).toEqual(['not-ready:NoExecute', 'not-ready:NoSchedule']);
    expect(pods().filter(isReady)).toHaveLength(3);
    clock.advance(6 * MINUTE);
    expect(terminating(pods())).toEqual([]);
    expect(pods().map(nodeOf)).not.toContain('node-2');
    expect(() => cluster.reportNode('node-9', { type: 'Ready', status: 'True' })).toThrow('no kubelet');
  });

  it('are not emptied when none of them is Ready: then the control plane is what is sick', () => {
    const { cluster, clock, pods } = running();
    for (const name of ['node-1', 'node-2', 'node-3']) cluster.stopNode(name);
    clock.advance(20 * MINUTE);
    expect(taints(cluster, 'node-1')).toEqual(['unreachable:NoSchedule']);
    expect(terminating(pods())).toEqual([]);
    for (const name of ['node-1', 'node-2']) cluster.startNode(name);
    clock.advance(20 * MINUTE);
    expect(terminating(pods()).map(nodeOf)).toEqual(['node-3']);
  });

  it('get no new pods while they are cordoned, but keep what they have', () => {
    const { cluster, clock, pods } = running();
    for (const name of ['node-1', 'node-2']) cordon(cluster, name, true);
    clock.advance(100);
    expect(taints(cluster, 'node-1')).toEqual(['unschedulable:NoSchedule']);
    cluster.create(workload('Deployment', 'late', { replicas: 4 }));
    clock.advance(1_000);
    expect(pods().filter(isReady)).toHaveLength(7);
    expect(cluster.pods('default', 'app=late').map(nodeOf)).toEqual(Array(4).fill('node-3'));
    cordon(cluster, 'node-1', false);
    clock.advance(100);
    expect(taints(cluster, 'node-1')).toEqual([]);
  });

  it('say why a pod fits nowhere, and take it as soon as it does', () => {
    const { cluster, clock } = virtualCluster(2);
    for (const name of ['node-1', 'node-2']) cordon(cluster, name, true);
    cluster.create(workload('Deployment', 'web', { replicas: 1 }));
    clock.advance(1_000);
    const scheduled = () => {
      const [pod] = cluster.pods('default');
      return conditionOf(conditionsOf(pod?.status), 'PodScheduled');
    };
    expect(scheduled()).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: '0/2 nodes are available: 2 node(s) were unschedulable.',
    });
    cluster.startNode('node-3');
    clock.advance(1_000);
    expect(scheduled()).toMatchObject({ status: 'True' });
    expect(cluster.pods('default').filter(isReady).map(nodeOf)).toEqual(['node-3']);
  });

  it('leave orphans when they are removed, which are collected in time', () => {
    const { cluster, clock, pods } = running();
    cluster.removeNode('node-2');
    clock.advance(39_000);
    expect(pods().map(nodeOf)).toContain('node-2');
    clock.advance(2_000);
    expect(pods().map(nodeOf)).not.toContain('node-2');
    expect(pods().filter(isReady)).toHaveLength(3);
    expect(() => cluster.stopNode('node-2')).toThrow('no node node-2');
  });

  it('cost nothing while nothing happens', () => {
    const { clock } = virtualCluster();
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });

  it('give their pods the tolerations that an API server adds, once', () => {
    const { pods } = running();
    for (const pod of pods()) {
      expect(listAt(pod.spec, 'tolerations')).toMatchObject([
        { key: 'node.kubernetes.io/not-ready', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 },
      ]);
    }
  });
});
