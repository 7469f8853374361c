import { randomUUID } from 'node:crypto';
import { application, cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
let position = 0;

const unbudgeted = (change: object = {}) => application({ disruptionBudget: 'None', ...change });
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const target = { application: 'shop', cluster: 'a' };

/** What workers would have recorded. */
const record = async (stream: string, type: string, data: object): Promise<void> => {
  const commandId = randomUUID();
  const outcome = await api.store.append({
    streams: [{ stream, expectedVersion: 'any', events: [{ type, data }] }],
    meta: { commandId, correlationId: commandId, actor: 'system:worker' },
  });
  if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
  position = await api.store.log.awaitSealed(outcome.seqs.at(-1) as number);
};
const targetOfA = async (): Promise<any> => {
  const { body } = await api.getAt('/v1/applications/shop/targets', position);
  return body.items.find(({ cluster: name }: any) => name === 'a');
};

beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/a', cluster());
  await api.put('/v1/applications/shop', unbudgeted());
  await api.post('/v1/applications/shop/releases', { version: '1.0' });
  await record('run/shop-1', 'ClusterStarted', {
    application: 'shop',
    run: 'shop-1',
    stage: 'all',
    cluster: 'a',
    release: 'shop-r1',
    pace: { batch: 0, of: 1, share: '100%', update: 'Recreate' },
    at: '2026-01-01T00:00:00.000Z',
  });
  const { generation } = await targetOfA();
  await record('target/shop/a', 'PlanApplied', {
    ...target,
    generation,
    hash: 'x',
    objects: [{ ref: web, uid: 'u', outcome: 'Created' }],
  });
});
afterAll(() => api.stop());

it('nothing is owed of what is wanted', async () => {
  expect(await targetOfA()).toMatchObject({ owedDeletes: 0, owed: [] });
});

it('a target says what it owes, since when, and why it is still there', async () => {
  const elsewhere = { clusterSelector: { matchLabels: { tier: 'prod' } } };
  const { body } = await api.put('/v1/applications/shop', unbudgeted({ placement: elsewhere }));
  position = body.position;
  const pending = await targetOfA();
  expect(pending).toMatchObject({ phase: 'Deleting', owedDeletes: 1 });
  expect(pending.owed).toEqual([
    { object: web, since: expect.any(String), reason: 'Pending', message: expect.stringMatching(/deleted/) },
  ]);
  const finalizers = ['example.com/hold'];
  const delay = { reason: 'Finalizers', message: 'held by example.com/hold', finalizers };
  await record('target/shop/a', 'DeletesDelayed', { ...target, objects: [{ object: web, ...delay }] });
  const { since } = pending.owed[0];
  expect((await targetOfA()).owed).toEqual([{ object: web, since, ...delay }]);
});

it('while the cluster is away, that is the reason', async () => {
  await record('cluster/a', 'ClusterUnreachable', { cluster: 'a', reason: 'Timeout', message: 'no answer' });
  expect((await targetOfA()).owed).toMatchObject([
    { object: web, reason: 'ClusterUnreachable', message: 'the cluster is away: Timeout, no answer' },
  ]);
});

it('letting go of the cluster puts what was owed on record', async () => {
  const { status, body } = await api.delete('/v1/clusters/a?workloads=orphan');
  expect(status).toBe(202);
  position = body.position;
  const events = await api.getAt('/v1/audit?cluster=a&type=ClusterForgotten', position);
  expect(events.body.items).toMatchObject([
    {
      data: {
        cluster: 'a',
        workloads: 'orphan',
        deletes: { total: 1, objects: [{ application: 'shop', object: web }] },
      },
    },
  ]);
  expect(await targetOfA()).toBeUndefined();
});
