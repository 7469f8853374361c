import { randomUUID } from 'node:crypto';
import { clusterDecider, clusterStream, nodeDecider, nodeStream } from '@keelson/domain';
import { Harness } from './harness';
import { cluster } from './fixtures';

jest.setTimeout(60_000);

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/eu', cluster());
  await see('n1', true);
  await see('n2', true);
});
afterAll(() => api.stop());

const see = async (node: string, ready: boolean): Promise<number> => {
  const seen = {
    uid: `uid-${node}`,
    ready,
    since: Date.now(),
    reason: 'KubeletNotReady',
    message: 'no runtime',
  };
  const result = await api.store.commands.execute({ commandId: randomUUID(), actor: 'worker' }, (unit) =>
    unit.decide(nodeDecider, nodeStream('eu', node), { type: 'RecordReadiness', cluster: 'eu', node, seen }),
  );
  return result.ok ? result.position : Number.NaN;
};

const nodes = '/v1/clusters/eu/nodes';
const policies = '/v1/node-repair-policies';
const secret = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;
const hardware = {
  clusterSelector: { matchLabels: { tier: 'prod' } },
  notReadyFor: '3m',
  maxUnhealthy: '30%',
  maxConcurrent: 2,
  stormCooldown: '15m',
  forceDeleteAfter: '5m',
  condition: { type: 'KernelDeadlock' },
};

describe('a node repair policy', () => {
  it('is defined, read and deleted; its secret is neither shown nor in the log', async () => {
    const callback = { url: 'https://repair.example/nodes', secret };
    const put = await api.put(`${policies}/hardware`, { ...hardware, callback, reason: 'agreed' });
    expect(put.status).toBe(202);
    const shown = (await api.getAt(`${policies}/hardware`, put.body.position)).body;
    expect(shown).toMatchObject({
      name: 'hardware',
      ...hardware,
      condition: { type: 'KernelDeadlock', status: 'True' },
      callback: { url: callback.url, signed: true },
    });
    const before = await api.countEvents();
    await api.put(`${policies}/hardware`, { ...hardware, callback });
    expect(await api.countEvents()).toBe(before);
    const audit = (await api.get('/v1/audit?type=NodeRepairPolicyDefined')).text;
    expect(audit).toContain('agreed');
    expect(audit).not.toContain(secret);

    const unsigned = await api.put(`${policies}/hardware`, { ...hardware, callback: { url: callback.url } });
    const { body } = await api.getAt(policies, unsigned.body.position);
    expect(body).toMatchObject({ items: [{ name: 'hardware', callback: { signed: false } }], next: null });

    const deleted = await api.delete(`${policies}/hardware`);
    expect(await api.getAt(`${policies}/hardware`, deleted.body.position)).toMatchObject({
      status: 404,
      body: { code: 'node-repair-policy-not-found' },
    });
    expect((await api.get(policies)).body.items).toEqual([]);
    expect(await api.delete(`${policies}/hardware`)).toMatchObject({ status: 404 });
  });

  it('has defaults that are shown', async () => {
    const { body } = await api.put(`${policies}/plain`, {});
    expect((await api.getAt(`${policies}/plain`, body.position)).body).toMatchObject({
      notReadyFor: '5m',
      maxUnhealthy: '20%',
      maxConcurrent: 1,
      stormCooldown: '10m',
    });
  });

  it.each<[string, object, string]>([
    ['an unknown field', { repairers: 3 }, '/repairers'],
    ['no duration', { notReadyFor: '5' }, '/notReadyFor'],
    ['a duration of nothing', { notReadyFor: '0s' }, '/notReadyFor'],
    ['no share', { maxUnhealthy: '120%' }, '/maxUnhealthy'],
    ['no place for a repair', { maxConcurrent: 0 }, '/maxConcurrent'],
    ['Ready as the condition', { condition: { type: 'Ready' } }, '/condition/type'],
    ['a status that no condition has', { condition: { type: 'A', status: 'Yes' } }, '/condition/status'],
    ['a callback that is no URL', { callback: { url: 'repair' } }, '/callback/url'],
    ['credentials in the URL', { callback: { url: 'https://a:b@c.example' } }, '/callback/url'],
    ['a short secret', { callback: { url: 'https://a.example', secret: 'whsec_YQ==' } }, '/callback/secret'],
    [
      'a secret of another form',
      { callback: { url: 'https://a.example', secret: 'x'.repeat(40) } },
      '/callback/secret',
    ],
    [
      'a selector without values',
      { nodeSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      '/nodeSelector/matchExpressions/0/values',
    ],
  ])('with %s is refused', async (_, change, path) => {
    const { status, body } = await api.put(`${policies}/bad`, change);
    expect([status, body.errors?.[0]?.path]).toEqual([422, path]);
  });
});

describe('the nodes of a cluster', () => {
  it('are listed with their repairs, which a person begins, the repair system ends, or somebody gives up', async () => {
    const started = await api.post(`${nodes}/n1/repair`, { reason: 'its disk is failing' });
    expect(started).toMatchObject({ status: 202, body: { repair: 'eu-repair-1' } });
    const { body } = await api.getAt(nodes, started.body.position);
    expect(body.items).toMatchObject([
      {
        name: 'n1',
        ready: true,
        online: false,
        repair: {
          id: 'eu-repair-1',
          phase: 'Cordoning',
          why: 'its disk is failing',
          by: 'admin',
          policy: null,
        },
      },
      { name: 'n2', ready: true, online: true, repair: null },
    ]);
    expect((await api.get(`${nodes}?limit=1`)).body).toMatchObject({ items: [{ name: 'n1' }], next: 'n1' });
    expect(await api.post(`${nodes}/n1/repair`, { reason: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'repair-under-way' },
    });
    expect(await api.post(`${nodes}/n1/repaired`, { repair: 'eu-repair-0' })).toMatchObject({
      status: 409,
      body: { code: 'another-repair' },
    });
    const repaired = await api.post(`${nodes}/n1/repaired`, { repair: 'eu-repair-1', reason: 'new disk' });
    expect(repaired.status).toBe(202);
    expect((await api.getAt(nodes, repaired.body.position)).body.items[0].repair.phase).toBe('Returning');
    expect((await api.delete(`${nodes}/n1/repair?reason=never%20mind`)).status).toBe(202);
    expect((await api.get('/v1/audit?type=NodeRepairCancelled')).body.items).toMatchObject([
      { actor: 'admin', reason: 'never mind', data: { cluster: 'eu', node: 'n1', repair: 'eu-repair-1' } },
    ]);
  });

  it('say why they are not ready, and are counted: in the fleet, the cluster and the metrics', async () => {
    const position = await see('n2', false);
    const { body } = await api.getAt(nodes, position);
    expect(body.items[1]).toMatchObject({ ready: false, reason: 'KubeletNotReady', message: 'no runtime' });
    const fleet = (await api.get('/v1/nodes')).body;
    expect(fleet).toMatchObject({ total: 2, ready: 1, underRepair: 1 });
    const { onlineRate } = (await api.get('/v1/clusters/eu')).body.nodes;
    for (const rate of [fleet.onlineRate, onlineRate]) {
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThan(1);
    }
    const { text } = await api.get('/metrics');
    expect(Number(/^keelson_node_online_rate\{cluster="eu"\} (\S+)$/m.exec(text)?.[1])).toBeLessThan(1);
    expect(Number(/^keelson_fleet_node_online_rate (\S+)$/m.exec(text)?.[1])).toBeLessThan(1);
  });

  it.each<[string, string, string, object | undefined, number, string]>([
    ['a reason', 'POST', `${nodes}/n1/repair`, {}, 422, 'validation-failed'],
    ['a node', 'POST', `${nodes}/n9/repair`, { reason: 'r' }, 404, 'node-not-found'],
    ['a cluster', 'POST', '/v1/clusters/mars/nodes/n1/repair', { reason: 'r' }, 404, 'cluster-not-found'],
    ['a cluster to list', 'GET', '/v1/clusters/mars/nodes', undefined, 404, 'cluster-not-found'],
    ['a node’s name', 'POST', `${nodes}/N_1/repair`, { reason: 'r' }, 422, 'validation-failed'],
    ['a repair to end', 'POST', `${nodes}/n2/repaired`, undefined, 409, 'not-under-repair'],
    ['a repair to give up', 'DELETE', `${nodes}/n2/repair`, undefined, 409, 'not-under-repair'],
  ])('are refused without %s', async (_, method, path, json, status, code) =>
    expect(await api.send(method, path, { json })).toMatchObject({ status, body: { code } }),
  );

  it('of a cluster that was forgotten are not counted', async () => {
    const result = await api.store.commands.execute({ commandId: randomUUID(), actor: 'worker' }, (unit) =>
      unit.decide(clusterDecider, clusterStream('eu'), { type: 'ForgetCluster', workloads: 'orphan' }),
    );
    const { body } = await api.getAt('/v1/nodes', result.ok ? result.position : 0);
    expect(body).toEqual({ total: 0, ready: 0, underRepair: 0, onlineRate: null });
  });
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
