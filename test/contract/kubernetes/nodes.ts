import { type Body } from './body';
import { STRATEGIC } from './client';
import { type Lazily } from './context';
import { podTemplate } from './objects';
import { until } from './until';

const NODES = '/api/v1/nodes';
/** Label of these nodes, by name, and key of a taint that keeps pods of others away: nobody would start them here. */
const OWN = 'contract.example.com/node';
const OWN_TAINT = { key: OWN, effect: 'NoSchedule' };
/** For pods that mean one of these nodes. */
const at = (name: string) => ({
  nodeSelector: { [OWN]: name },
  tolerations: [{ key: OWN, operator: 'Exists' }],
});

const conditionOf = (object: Body, type: string): Body =>
  object.status?.conditions?.find((each: Body) => each.type === type);

const taintsOf = (node: Body): string[] =>
  (node.spec?.taints ?? [])
    .filter(({ key }: Body) => key !== OWN)
    .map(({ key, effect }: Body) => `${key}:${effect}`)
    .sort();

const NOT_READY = ['node.kubernetes.io/not-ready:NoExecute', 'node.kubernetes.io/not-ready:NoSchedule'];
const CORDONED = ['node.kubernetes.io/unschedulable:NoSchedule'];

/**
 * Nodes as a repair sees and changes them. The nodes here have no kubelet: the test reports for them, often enough
 * for a controller manager not to miss one (40 s).
 */
export function describeNodes(context: Lazily): void {
  describe('nodes', () => {
    const made: string[] = [];
    let namespace: string;

    beforeAll(async () => {
      if (context().target.controllers) namespace = await context().namespace();
    }, 60_000);

    afterAll(async () => {
      for (const name of made) await context().client.delete(`${NODES}/${name}`);
    });

    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    const ready = (status: string): object => {
      const now = `${new Date().toISOString().slice(0, 19)}Z`;
      const why = status === 'True' ? 'KubeletReady' : 'KubeletNotReady';
      return { type: 'Ready', status, reason: why, message: 'contract', lastHeartbeatTime: now };
    };

    const register = async (status: string): Promise<string> => {
      const name = context().unique('contract-node');
      made.push(name);
      const { body, status: code } = await context().client.post(NODES, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels: { [OWN]: name } },
        spec: { taints: [OWN_TAINT] },
        status: { conditions: [ready(status)], capacity: { pods: '10', cpu: '4', memory: '8Gi' } },
      });
      if (code !== 201) throw new Error(JSON.stringify(body));
      return name;
    };

    const report = (name: string, status: string) =>
      context().client.request(
        'PATCH',
        `${NODES}/${name}/status`,
        { status: { conditions: [ready(status)] } },
        STRATEGIC,
      );

    const get = async (name: string): Promise<Body> => (await context().client.get(`${NODES}/${name}`)).body;

    const tainted = (name: string, taints: readonly string[]): Promise<Body> =>
      until(
        `${name} with taints ${taints.join(', ')}`,
        () => get(name),
        (node) => JSON.stringify(taintsOf(node)) === JSON.stringify(taints),
      );

    /** A pod that is bound to the node, where nobody will ever start it. */
    const bound = async (name: string, node: string, more: object = {}): Promise<Body> => {
      const { spec } = podTemplate(name);
      const { status, body } = await context().client.post(`/api/v1/namespaces/${namespace}/pods`, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: { ...spec, terminationGracePeriodSeconds: 30, nodeName: node, ...more },
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body;
    };

    const pod = (name: string): string => `/api/v1/namespaces/${namespace}/pods/${name}`;

    rolls('keep the status that they are registered with, and begin as not Ready', async () => {
      const name = await register('True');
      await tainted(name, []);
      const { status } = await get(name);
      expect(status.capacity).toMatchObject({ pods: '10' });
      expect(conditionOf({ status }, 'Ready').reason).toBe('KubeletReady');
    });

    rolls('are tainted while their kubelet says that they are not Ready', async () => {
      const name = await register('False');
      const { spec } = await tainted(name, NOT_READY);
      expect(spec.taints.find(({ effect }: Body) => effect === 'NoExecute').timeAdded).toBeTruthy();
      await report(name, 'True');
      await tainted(name, []);
      await report(name, 'False');
      await tainted(name, NOT_READY);
    });

    rolls('are cordoned by a field, which brings a taint of the controller manager', async () => {
      const name = await register('True');
      await tainted(name, []);
      const cordon = { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { unschedulable: true } };
      expect((await context().client.apply(`${NODES}/${name}`, cordon)).status).toBe(200);
      const { metadata } = await tainted(name, CORDONED);
      const managerOf = (field: string): string[] =>
        metadata.managedFields
          .filter(({ fieldsV1 }: Body) => fieldsV1['f:spec']?.[field])
          .map(({ manager, operation }: Body) => `${manager} ${operation}`);
      expect(managerOf('f:unschedulable')).toEqual(['one Apply']);
      expect(managerOf('f:taints').at(-1)).toBe('kube-controller-manager Update');
      const { spec: _, ...released } = cordon;
      const { body } = await context().client.apply(`${NODES}/${name}`, released);
      expect(body.spec.unschedulable).toBeUndefined();
      await tainted(name, []);
      await context().client.merge(`${NODES}/${name}`, { spec: { unschedulable: true } });
      await tainted(name, CORDONED);
      await context().client.merge(`${NODES}/${name}`, { spec: { unschedulable: null } });
      await tainted(name, []);
    });

    rolls('keep foreign taints whatever their condition is', async () => {
      const name = await register('True');
      await tainted(name, []);
      const taints = [OWN_TAINT, { key: 'example.com/repair', value: 'soon', effect: 'NoSchedule' }];
      const { body } = await context().client.merge(`${NODES}/${name}`, { spec: { taints } });
      expect(body.spec.taints).toEqual(taints);
      await report(name, 'False');
      await tainted(name, ['example.com/repair:NoSchedule', ...NOT_READY]);
      await report(name, 'True');
      await tainted(name, ['example.com/repair:NoSchedule']);
    });

    rolls('lose pods that do not bear it, which wait for a kubelet or for force', async () => {
      const name = await register('True');
      await tainted(name, []);
      const patient = await bound('patient', name);
      expect(patient.spec.tolerations).toEqual(
        ['not-ready', 'unreachable'].map((key) => ({
          key: `node.kubernetes.io/${key}`,
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        })),
      );
      const key = 'node.kubernetes.io/not-ready';
      const own = { key, operator: 'Exists', effect: 'NoExecute' };
      const brief = await bound('brief', name, { tolerations: [{ ...own, tolerationSeconds: 0 }] });
      expect(brief.spec.tolerations).toHaveLength(2);
      await bound('faithful', name, { tolerations: [{ operator: 'Exists' }] });
      await report(name, 'False');
      const marked = await until(
        'the pod to be marked',
        () => context().client.get(pod('brief')),
        ({ body }) => body.metadata.deletionTimestamp !== undefined,
      );
      expect(marked.body.metadata.deletionGracePeriodSeconds).toBe(30);
      for (const other of ['patient', 'faithful']) {
        const { body } = await context().client.get(pod(other));
        expect(body.metadata.deletionTimestamp).toBeUndefined();
      }
      const again = await context().client.delete(pod('brief'));
      expect([again.status, again.body.kind]).toEqual([200, 'Pod']);
      expect((await context().client.get(pod('brief'))).status).toBe(200);
      await context().client.delete(pod('brief'), { gracePeriodSeconds: 0 });
      expect((await context().client.get(pod('brief'))).status).toBe(404);
    });

    rolls('let pods go by eviction although they are not Ready', async () => {
      const name = await register('True');
      await tainted(name, []);
      await bound('evicted', name);
      await report(name, 'False');
      await tainted(name, NOT_READY);
      const { status } = await context().client.post(`${pod('evicted')}/eviction`, {
        apiVersion: 'policy/v1beta1',
        kind: 'Eviction',
        metadata: { name: 'evicted' },
      });
      expect(status).toBe(201);
      const { body } = await context().client.get(pod('evicted'));
      expect(body.metadata.deletionTimestamp).toBeTruthy();
    });

    rolls('take no pod while they are cordoned, and the pod says why', async () => {
      const name = await register('True');
      await tainted(name, []);
      await context().client.merge(`${NODES}/${name}`, { spec: { unschedulable: true } });
      await tainted(name, CORDONED);
      const path = pod('waiting');
      await context().client.post(path.slice(0, path.lastIndexOf('/')), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'waiting' },
        spec: { ...podTemplate('waiting').spec, ...at(name) },
      });
      const { body } = await until(
        'the pod to be unschedulable',
        () => context().client.get(path),
        (answer) => conditionOf(answer.body, 'PodScheduled')?.status === 'False',
      );
      expect(conditionOf(body, 'PodScheduled')).toMatchObject({ reason: 'Unschedulable' });
      expect(conditionOf(body, 'PodScheduled').message).toMatch(
        /^0\/\d+ nodes are available: .*unschedulable/,
      );
      await context().client.merge(`${NODES}/${name}`, { spec: { unschedulable: null } });
      const scheduled = await until(
        'the pod to be bound',
        () => context().client.get(path),
        (answer) => answer.body.spec.nodeName !== undefined,
      );
      expect(scheduled.body.spec.nodeName).toBe(name);
    });

    rolls('keep the pods of DaemonSets, which count them no longer', async () => {
      const name = await register('True');
      await tainted(name, []);
      const template = podTemplate('daemon');
      const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/daemon`;
      await context().client.apply(path, {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'daemon' },
        spec: {
          selector: { matchLabels: { app: 'daemon' } },
          template: { ...template, spec: { ...template.spec, ...at(name) } },
        },
      });
      const counted = (counts: object) =>
        until(
          `the DaemonSet at ${JSON.stringify(counts)}`,
          () => context().client.get(path),
          ({ body }) => Object.entries(counts).every(([field, count]) => body.status[field] === count),
        );
      await counted({ desiredNumberScheduled: 1, currentNumberScheduled: 1, numberMisscheduled: 0 });
      const { body } = await context().client.get(
        `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Ddaemon`,
      );
      const tolerated = body.items[0].spec.tolerations.map(
        ({ key, effect, tolerationSeconds }: Body) => `${key} ${effect} ${tolerationSeconds}`,
      );
      expect(tolerated).toEqual([
        `${OWN} undefined undefined`,
        'node.kubernetes.io/not-ready NoExecute undefined',
        'node.kubernetes.io/unreachable NoExecute undefined',
        'node.kubernetes.io/disk-pressure NoSchedule undefined',
        'node.kubernetes.io/memory-pressure NoSchedule undefined',
        'node.kubernetes.io/pid-pressure NoSchedule undefined',
        'node.kubernetes.io/unschedulable NoSchedule undefined',
      ]);
      await report(name, 'False');
      await counted({ desiredNumberScheduled: 0, currentNumberScheduled: 0, numberMisscheduled: 1 });
      await context().client.delete(path, { propagationPolicy: 'Orphan' });
    });

    rolls('leave their pods to be collected when they are removed', async () => {
      const name = await register('True');
      await tainted(name, []);
      await bound('orphan', name);
      expect((await context().client.delete(`${NODES}/${name}`)).status).toBe(200);
      await until(
        'the orphan to be collected',
        () => context().client.get(pod('orphan')),
        ({ status }) => status === 404,
        100_000,
      );
    });
  });
}
