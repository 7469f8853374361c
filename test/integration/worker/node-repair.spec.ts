import { createHmac, randomBytes } from 'node:crypto';
import {
  nodeRepairDecider,
  nodeRepairPolicyDecider,
  nodeRepairPolicyStream,
  nodeRepairStream,
  type NodeRepairPolicyDefinition,
} from '@keelson/domain';
import { Outside } from '../../../apps/worker/src/verification/outside.spec';
import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

const NODE = { apiVersion: 'v1', kind: 'Node' };

describe('node repair', () => {
  let fleet: Fleet;
  const outside = new Outside();
  const key = randomBytes(32);
  const calls = () => outside.seen.filter(({ url }) => url === '/repair');
  const cluster = (name: string) => fleet.simulator.cluster(name);

  beforeAll(async () => {
    await outside.start();
    outside.json('/repair', {});
    fleet = await startFleet(['a', 'b', 'c', 'd', 'e'], { timings: { nodeGraceMs: 300 } });
  });
  afterAll(async () => {
    await fleet?.stop();
    await outside.stop();
  });

  /** The kubelet runs, and its node cannot run pods: what is evicted goes. */
  const setReady = (name: string, node: string, status: 'True' | 'False'): void =>
    cluster(name).reportNode(node, { type: 'Ready', status, reason: 'Test', message: 'says the test' });

  const seen = (name: string, node: string): any => cluster(name).get({ ...NODE, name: node });
  const podsOn = (name: string, node: string) =>
    cluster(name)
      .pods('shop')
      .filter((pod: any) => pod.spec.nodeName === node);

  const definePolicy = async (policy: string, change: Partial<NodeRepairPolicyDefinition> = {}) => {
    const secret = await fleet.vault.put(`node-repair-policy/${policy}`, `whsec_${key.toString('base64')}`);
    const definition: NodeRepairPolicyDefinition = {
      clusterSelector: { matchLabels: { repair: policy } },
      notReadyFor: '1s',
      maxUnhealthy: '50%',
      maxConcurrent: 1,
      stormCooldown: '2s',
      forceDeleteAfter: '2s',
      callback: { url: `${outside.url}/repair`, secret },
      ...change,
    };
    await fleet.execute((unit) =>
      unit.decide(nodeRepairPolicyDecider, nodeRepairPolicyStream(policy), {
        type: 'DefineNodeRepairPolicy',
        policy,
        definition,
      }),
    );
  };

  const typesOf = async (stream: string): Promise<string[]> =>
    (await fleet.store.log.readStream(stream)).map(({ type }) => type);
  const repairTypes = (name: string) => typesOf(nodeRepairStream(name));

  const tellRepaired = (name: string, node: string) =>
    fleet.execute((unit) =>
      unit.decide(nodeRepairDecider, nodeRepairStream(name), {
        type: 'RecordRepaired',
        cluster: name,
        node,
        by: 'bot',
        now: Date.now(),
      }),
    );

  /** Three replicas of which a budget lets none go, on three nodes. */
  const runUnderBudget = async (name: string, maxUnavailable: number): Promise<string> => {
    cluster(name).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    cluster(name).create(deployment('shop:1', 3));
    cluster(name).create({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { maxUnavailable, selector: { matchLabels: { app: 'web' } } },
    });
    await until(
      'the pods are ready',
      () =>
        cluster(name)
          .pods('shop')
          .every((pod: any) => pod.status?.phase === 'Running') && cluster(name).pods('shop').length === 3,
    );
    await until(
      'the budget has counted them',
      () =>
        (
          cluster(name).get({
            apiVersion: 'policy/v1',
            kind: 'PodDisruptionBudget',
            namespace: 'shop',
            name: 'web',
          }) as any
        ).status?.expectedPods === 3,
    );
    return (cluster(name).pods('shop')[0] as any).spec.nodeName;
  };

  const setBudget = (name: string, maxUnavailable: number): void => {
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace: 'shop', name: 'web' };
    cluster(name).edit(budget, (object: any) => (object.spec.maxUnavailable = maxUnavailable));
  };

  it('drains a faulty node under its budgets, has it repaired, and takes it back; a restart in between loses nothing', async () => {
    const node = await runUnderBudget('a', 0);
    await definePolicy('a', { forceDeleteAfter: '1h' });
    await fleet.register('a', { repair: 'a' });
    await until('its nodes are known', async () => {
      const { rows } = await fleet.pool.query(`select 1 from read.nodes where cluster = 'a' and ready`);
      return rows.length === 3;
    });
    setReady('a', node, 'False');
    await until('evictions are held', async () => (await repairTypes('a')).includes('NodeEvictionsHeld'));
    expect(seen('a', node)).toMatchObject({
      spec: { unschedulable: true },
      metadata: { annotations: { 'keelson.dev/node-repair': 'a-repair-1' } },
    });
    expect(podsOn('a', node)).not.toHaveLength(0);

    await fleet.stopWorker();
    setBudget('a', 3);
    let acknowledge = (): void => undefined;
    outside.on('/repair', (_, response) => (acknowledge = () => response.writeHead(202).end()));
    await fleet.startWorker();
    await until('the repair system is called', () => calls().length > 0);
    expect(podsOn('a', node)).toHaveLength(0);
    const [call] = calls();
    const header = (name: string) => String(call?.headers[name]);
    const signed = `${header('webhook-id')}.${header('webhook-timestamp')}.${call?.body}`;
    expect(header('webhook-signature')).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: 'a-repair-1',
      type: 'dev.keelson.node-repair.requested',
      data: { cluster: 'a', node, policy: 'a' },
    });

    // The machine is back before its repair system says that it is at work, let alone done.
    setReady('a', node, 'True');
    await until('it is seen to be ready', async () => {
      const { rows } = await fleet.pool.query(`select 1 from read.nodes where cluster = 'a' and not ready`);
      return rows.length === 0;
    });
    acknowledge();
    await until('it is known to be at work', async () =>
      (await repairTypes('a')).includes('NodeRepairRequested'),
    );
    expect(seen('a', node).spec.unschedulable).toBe(true);
    await tellRepaired('a', node);
    await until('it is taken back', () => seen('a', node).spec.unschedulable === undefined);
    await until('it is over', async () => (await repairTypes('a')).includes('NodeRepairEnded'));
    expect(seen('a', node).metadata.annotations ?? {}).toEqual({});
    expect(await repairTypes('a')).toEqual([
      'NodeRepairStarted',
      'NodeCordoned',
      'NodeEvictionsHeld',
      'NodeDrained',
      'NodeRepairRequestBegun',
      'NodeRepairRequested',
      'NodeRepaired',
      'NodeUncordoned',
      'NodeRepairEnded',
    ]);
    expect(await typesOf(`node/a/${node}`)).toEqual(['NodeReady', 'NodeNotReady', 'NodeReady']);
    expect(calls()).toHaveLength(1);
  });

  it('deletes what a budget holds on a node that stays dead, and calls until it is heard', async () => {
    const node = await runUnderBudget('b', 0);
    const before = calls().length;
    outside.json('/repair', { error: 'full' }, 503);
    await definePolicy('b');
    await fleet.register('b', { repair: 'b' });
    await until('its nodes are known', async () => (await typesOf(`node/b/${node}`)).length > 0);
    cluster('b').stopNode(node);
    await until('it is called in vain', async () =>
      (await repairTypes('b')).includes('NodeRepairRequestFailed'),
    );
    expect(podsOn('b', node)).toHaveLength(0);
    outside.json('/repair', {});
    await until('it is heard', async () => (await repairTypes('b')).includes('NodeRepairRequested'));
    const ids = calls()
      .slice(before)
      .map(({ headers }) => headers['webhook-id']);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids)).toEqual(new Set(['b-repair-1']));
    expect(await repairTypes('b')).toEqual(
      expect.arrayContaining(['NodeEvictionsHeld', 'NodePodsForceDeleted', 'NodeDrained']),
    );
    const { rows } = await fleet.pool.query(
      `select record -> 'tally' as tally from read.node_tallies where cluster = 'b'`,
    );
    expect(rows[0].tally).toMatchObject({ total: 3, online: 2 });
  });

  it('halts when too many are away, leaves them alone, and goes on after a calm', async () => {
    // Kubernetes tells times by the second: after 1s the first node could be due before the second is seen.
    await definePolicy('c', { forceDeleteAfter: '1h', notReadyFor: '3s' });
    await fleet.register('c', { repair: 'c' });
    await until('its nodes are known', async () => (await typesOf('node/c/node-3')).length > 0);
    for (const node of ['node-1', 'node-2']) setReady('c', node, 'False');
    await until('repairs halt', async () => (await repairTypes('c')).includes('RepairsHalted'));
    setReady('c', 'node-2', 'True');
    await until('one is begun after the storm', async () =>
      (await repairTypes('c')).includes('NodeCordoned'),
    );
    expect((await repairTypes('c')).slice(0, 5)).toEqual([
      'RepairsHalted',
      'RepairsCalm',
      'RepairsResumed',
      'NodeRepairStarted',
      'NodeCordoned',
    ]);
    expect(seen('c', 'node-2').spec.unschedulable).toBeUndefined();
  });

  it('stops where it is in a cluster that was forgotten, also while deletes are owed to it', async () => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'held' };
    const { metadata, ...rest } = configMap('hello', 'held');
    const object = { ...rest, metadata: { ...metadata, finalizers: ['test.example/held'] } };
    await definePolicy('d', { forceDeleteAfter: '1h', callback: undefined });
    await fleet.register('d', { repair: 'd' });
    await fleet.define('shop', {
      objects: [object],
      placement: { clusterSelector: { matchLabels: { repair: 'd' } } },
    });
    await fleet.release('shop', '1', [object]);
    await until('it is applied', () => cluster('d').get(ref) !== undefined);
    setReady('d', 'node-1', 'False');
    await until('it is drained', async () => (await repairTypes('d')).includes('NodeDrained'));
    const before = await repairTypes('d');
    await fleet.forget('d', 'delete');
    await until('it is being deleted', () => cluster('d').get(ref)?.metadata.deletionTimestamp !== undefined);
    // Longer than a pass over its nodes takes.
    setReady('d', 'node-2', 'False');
    await until('its nodes are still seen', async () =>
      (await typesOf('node/d/node-2')).includes('NodeNotReady'),
    );
    cluster('d').edit(ref, ({ metadata: live }) => delete live['finalizers']);
    await until('nothing is owed to it', async () => {
      const { rows } = await fleet.pool.query(`select 1 from read.targets where cluster = 'd'`);
      return rows.length === 0;
    });
    expect(await repairTypes('d')).toEqual(before);
    expect(seen('d', 'node-1').spec.unschedulable).toBe(true);
  });

  it('decides nothing about nodes by what was seen of them before their cluster was away', async () => {
    await definePolicy('e', { notReadyFor: '4s' });
    await fleet.register('e', { repair: 'e' });
    await until('its nodes are known', async () => (await typesOf('node/e/node-3')).length > 0);
    setReady('e', 'node-1', 'False');
    await until('it is known to be away', async () =>
      (await typesOf('node/e/node-1')).includes('NodeNotReady'),
    );
    cluster('e').setReachable(false);
    await until('the loss is known', async () => (await typesOf('cluster/e')).includes('ClusterUnreachable'));
    for (let time = 1; time <= 10; time += 1) {
      const status = time % 2 === 0 ? 'True' : 'False';
      cluster('e').reportNode('node-2', {
        type: 'Pressed',
        status,
        reason: 'Test',
        message: `x`.repeat(200),
      });
    }
    setReady('e', 'node-1', 'True');
    const lostAt = Date.now();
    await until('it would have been away for long enough', () => Date.now() - lostAt > 4_000);
    // What happened meanwhile comes bit by bit.
    cluster('e').faults.change({ dribble: { bytes: 2_000, everyMs: 50 } });
    cluster('e').setReachable(true);
    await until('its return is known', async () => (await typesOf('node/e/node-1')).at(-1) === 'NodeReady');
    expect(await repairTypes('e')).toEqual([]);
  });
});
