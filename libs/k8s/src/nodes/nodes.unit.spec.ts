import { NODE_REPAIR_ANNOTATION } from '@keelson/domain';
import { ApiError, NetworkError } from '../client/errors';
import { cordonNode, uncordonNode } from './cordon';
import { NodeDrain } from './drain';
import { observeNode, trimmedNode } from './observe-node';
import { mustLeave } from './pods-on-node';

const of = { node: 'n1', uid: 'u1', repair: 'eu-repair-1' };
const node = (change: any = {}): any => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', uid: 'u1', resourceVersion: '7', ...change.metadata },
  spec: { podCIDR: '10.0.0.0/24', ...change.spec },
  status: change.status ?? {},
});

/** Answers in order; a thrown error is an answer too. */
const scripted = (...answers: unknown[]) => {
  const asked: { method: string; path: string; body?: any; query?: any }[] = [];
  const request = async (method: string, path: string, { body, query }: any = {}): Promise<any> => {
    asked.push({ method, path, body, query });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { request } as any, asked, methods: () => asked.map(({ method }) => method) };
};
const notFound = new ApiError(404, 'NotFound', 'gone');
const conflict = new ApiError(409, 'Conflict', 'it changed');

describe('a cordon', () => {
  it('is put on exactly what was read, with our mark', async () => {
    const { client, asked } = scripted(node(), 'patched');
    expect(await cordonNode(client, of)).toBe('patched');
    expect(asked[1]).toMatchObject({
      method: 'PATCH',
      path: '/api/v1/nodes/n1',
      query: { fieldManager: 'keelson-node-repair' },
      body: {
        metadata: { uid: 'u1', resourceVersion: '7', annotations: { [NODE_REPAIR_ANNOTATION]: of.repair } },
        spec: { unschedulable: true },
      },
    });
  });

  it('of somebody else stays without our mark, also when it comes between', async () => {
    const theirs = node({ spec: { unschedulable: true } });
    const { client, methods } = scripted(node(), conflict, theirs);
    expect(await cordonNode(client, of)).toBe(theirs);
    expect(methods()).toEqual(['GET', 'PATCH', 'GET']);
  });

  it.each([
    ['gone', notFound],
    ['another one of its name', node({ metadata: { uid: 'u2' } })],
  ])('is for no node that is %s', async (_, live) => {
    const { client, methods } = scripted(live);
    expect(await cordonNode(client, of)).toBeUndefined();
    expect(methods()).toEqual(['GET']);
  });

  it('is taken back only where it is ours', async () => {
    const ours = {
      spec: { unschedulable: true },
      metadata: { annotations: { [NODE_REPAIR_ANNOTATION]: of.repair } },
    };
    const { client, asked } = scripted(node(ours), 'patched');
    expect(await uncordonNode(client, of)).toBe('patched');
    expect(asked[1]?.body).toMatchObject({
      metadata: { annotations: { [NODE_REPAIR_ANNOTATION]: null } },
      spec: { unschedulable: null },
    });
    const others = scripted(node({ spec: { unschedulable: true } }));
    await uncordonNode(others.client, of);
    expect(others.methods()).toEqual(['GET']);
  });
});

const pod = (name: string, change: any = {}): any => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...change.metadata },
  spec: { nodeName: 'n1' },
  status: { phase: 'Running', ...change.status },
});

describe('pods that must leave', () => {
  it.each<[boolean, string, any]>([
    [true, 'of a ReplicaSet', { metadata: { ownerReferences: [{ kind: 'ReplicaSet', controller: true }] } }],
    [true, 'of nobody', {}],
    [false, 'of a DaemonSet', { metadata: { ownerReferences: [{ kind: 'DaemonSet', controller: true }] } }],
    [
      false,
      'that mirror a file of the kubelet',
      { metadata: { annotations: { 'kubernetes.io/config.mirror': 'h' } } },
    ],
    [false, 'that have succeeded', { status: { phase: 'Succeeded' } }],
    [false, 'that have failed', { status: { phase: 'Failed' } }],
  ])('%s: those %s', (leaves, _, change) => expect(mustLeave(pod('a', change))).toBe(leaves));
});

describe('a drain', () => {
  const refused = new ApiError(429, 'TooManyRequests', 'Cannot evict pod', {
    causes: [{ reason: 'DisruptionBudget', message: 'budget web needs 3' }],
  });
  /** A node's pods; `refuses` are held by their budget. */
  const world = (...names: string[]) => {
    const pods = new Map(names.map((name) => [name, pod(name)]));
    const refuses = new Set<string>();
    const forbids = new Set<string>();
    const asked: string[] = [];
    const bodies: any[] = [];
    const live = { node: node() };
    const request = async (method: string, path: string, { body, query }: any = {}): Promise<any> => {
      if (path === '/api/v1/nodes/n1') return live.node;
      if (method === 'GET') {
        expect(query.fieldSelector).toBe('spec.nodeName=n1');
        return { metadata: {}, items: [...pods.values()] };
      }
      const name = path.split('/')[6] ?? '';
      asked.push(`${method} ${name}`);
      bodies.push(body);
      if (method === 'POST' && refuses.has(name)) throw refused;
      if (method === 'DELETE' && forbids.has(name))
        throw new ApiError(403, 'Forbidden', `pods "${name}" is forbidden`);
      pods.delete(name);
    };
    const signal = new AbortController().signal;
    const drain = new NodeDrain({ request }, of, () => 1);
    return {
      live,
      pods,
      refuses,
      forbids,
      asked,
      bodies,
      pass: (force: boolean, now: number) => drain.pass(force, now, signal),
    };
  };

  it('evicts what may go, by uid, and waits with what its budget holds, longer each time, for ever', async () => {
    const { refuses, asked, bodies, pass } = world('a', 'b');
    refuses.add('b');
    const message = 'in namespace shop: Cannot evict pod (budget web needs 3)';
    expect(await pass(false, 0)).toMatchObject({ left: 2, held: { pods: 1, message } });
    expect(bodies[0]).toEqual({
      metadata: { namespace: 'shop', name: 'a' },
      deleteOptions: { preconditions: { uid: 'uid-a' } },
    });
    asked.length = 0;
    expect(await pass(false, 999)).toMatchObject({ left: 1, held: { pods: 1 } });
    expect(asked).toEqual([]);
    await pass(false, 1_000);
    await pass(false, 2_999);
    expect(asked).toEqual(['POST b']);
    refuses.clear();
    await pass(false, 3_000);
    expect(await pass(false, 3_001)).toMatchObject({ left: 0, deleted: [] });
  });

  it('leaves alone what is on its way out, and counts it', async () => {
    const { pods, asked, pass } = world('a');
    pods.set('a', pod('a', { metadata: { deletionTimestamp: 'now' } }));
    expect(await pass(false, 0)).toMatchObject({ left: 1 });
    expect(asked).toEqual([]);
  });

  it('deletes all of it at once from a dead node, whatever budgets say', async () => {
    const { refuses, pods, asked, bodies, pass } = world('a', 'b');
    refuses.add('a');
    pods.set('b', pod('b', { metadata: { deletionTimestamp: 'now' } }));
    const { left, deleted } = await pass(true, 0);
    expect([left, deleted.map(({ name }) => name)]).toEqual([0, ['a', 'b']]);
    expect(asked).toEqual(['DELETE a', 'DELETE b']);
    expect(bodies[0]).toMatchObject({ gracePeriodSeconds: 0, preconditions: { uid: 'uid-a' } });
  });

  it('tells of what may not be deleted, and of what was deleted beside it', async () => {
    const { forbids, pass } = world('a', 'b', 'c');
    forbids.add('b');
    const message = 'in namespace shop: pods "b" is forbidden';
    expect(await pass(true, 0)).toMatchObject({
      left: 1,
      deleted: [{ name: 'a' }, { name: 'c' }],
      held: { pods: 1, message },
    });
    forbids.clear();
    expect(await pass(true, 1)).toMatchObject({ left: 0, deleted: [{ name: 'b' }] });
  });

  it.each([
    ['is Ready again', node({ status: { conditions: [{ type: 'Ready', status: 'True' }] } })],
    ['is another one of its name', node({ metadata: { uid: 'u2' } })],
  ])('deletes nothing at once from a node that %s', async (_, now) => {
    const { live, pods, asked, pass } = world('a');
    live.node = now;
    expect(await pass(true, 0)).toMatchObject({ left: 1, deleted: [] });
    expect(asked).toEqual([]);
    expect(pods.size).toBe(1);
  });

  it('ends where the cluster cannot be asked', async () => {
    const lost = new NetworkError('refused', 'nobody there');
    const { client } = scripted(lost);
    await expect(new NodeDrain(client, of).pass(false, 0, new AbortController().signal)).rejects.toBe(lost);
  });
});

describe('what is seen of a node', () => {
  const at = '2026-11-19T12:00:00Z';
  const live = node({
    metadata: {
      labels: { pool: 'gpu' },
      creationTimestamp: at,
      annotations: { [NODE_REPAIR_ANNOTATION]: of.repair, other: 'x'.repeat(1000) },
    },
    spec: { unschedulable: true },
    status: {
      images: [{ names: ['a'] }],
      conditions: [
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'silent',
          lastTransitionTime: at,
        },
        { type: 'KernelDeadlock', status: 'True', lastTransitionTime: at, lastHeartbeatTime: at },
      ],
    },
  });

  it('is the same after it was trimmed', () => {
    const seen = observeNode(live);
    expect(seen).toEqual({
      node: 'n1',
      uid: 'u1',
      labels: { pool: 'gpu' },
      ready: false,
      since: Date.parse(at),
      conditions: [{ type: 'KernelDeadlock', status: 'True', since: Date.parse(at) }],
      unschedulable: true,
      cordonedFor: of.repair,
      readiness: {
        uid: 'u1',
        ready: false,
        since: Date.parse(at),
        reason: 'NodeStatusUnknown',
        message: 'silent',
      },
    });
    expect(observeNode(trimmedNode(live))).toEqual(seen);
    expect(JSON.stringify(trimmedNode(live))).not.toMatch(/images|lastHeartbeatTime|podCIDR|xxx/);
  });

  it('without a Ready condition is a node that is not ready since it was registered', () => {
    const { ready, since } = observeNode(node({ metadata: { creationTimestamp: at } }));
    expect([ready, since]).toEqual([false, Date.parse(at)]);
  });
});
