import { randomUUID } from 'node:crypto';
import { FLAPPING } from '@keelson/domain';
import { application, cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
let position = 0;
const positions: number[] = [];

const of = { application: 'shop', cluster: 'a' };
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
const history = '/v1/applications/shop/targets/a/drift';

/** What a worker would have recorded, one event an append. */
const record = async (type: string, data: object): Promise<void> => {
  const commandId = randomUUID();
  const outcome = await api.store.append({
    streams: [
      { stream: 'target/shop/a', expectedVersion: 'any', events: [{ type, data: { ...of, ...data } }] },
    ],
    meta: { commandId, correlationId: commandId, actor: 'worker' },
  });
  if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
  position = await api.store.log.awaitSealed(outcome.seqs.at(-1) as number);
  positions.push(position);
};
const detected = (object: object, path: string, from: unknown, to: unknown, more: object = {}) =>
  record('DriftDetected', { object, changes: [{ path, from, to, ...more }], at: '2026-01-01T00:00:00.000Z' });

beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/a', cluster());
  await api.put('/v1/applications/shop', application());
  const manager = { manager: 'kubectl-edit', at: '2026-01-01T00:00:00Z' };
  await detected(web, '/spec/replicas', 2, 5, manager);
  await detected(web, '/spec/replicas', 2, 6, manager);
  await record('DriftCorrected', { object: web, at: '2026-01-01T00:00:01.000Z', how: 'Applied' });
  await record('DriftDetected', {
    object: settings,
    changes: ['a', 'b', 'c'].map((key) => ({ path: `/data/${key}`, from: key, to: 'x' })),
  });
  await record('DriftCorrected', { object: settings });
  await detected(settings, '', 'applied', 'deleted');
  await record('ObjectsPruned', { objects: [web, settings] });
  await detected(web, '/spec/paused', false, true);
});
afterAll(() => api.stop());

it('every drift of a target is told, field by field, with its end', async () => {
  const { body } = await api.getAt(history, position);
  const at = (index: number) => ({ position: positions[index], at: expect.any(String) });
  expect(body.next).toBeNull();
  expect(body.items).toMatchObject([
    {
      object: web,
      path: '/spec/replicas',
      from: 2,
      to: 5,
      manager: 'kubectl-edit',
      at: '2026-01-01T00:00:00Z',
      detected: at(0),
      corrected: { ...at(1), how: 'Changed' },
    },
    { to: 6, detected: at(1), corrected: { ...at(2), how: 'Applied' } },
    ...['a', 'b', 'c'].map((key) => ({
      object: settings,
      path: `/data/${key}`,
      manager: null,
      at: expect.any(String),
      corrected: { ...at(4), how: null },
    })),
    { path: '', from: 'applied', to: 'deleted', corrected: { ...at(6), how: 'Pruned' } },
    { path: '/spec/paused', from: false, to: true, corrected: null },
  ]);
});

it.each([1, 2, 3, 4])('pages of %i give every item once, also where one event has several', async (limit) => {
  const whole = (await api.getAt(history, position)).body.items;
  const seen: unknown[] = [];
  for (let after = ''; ;) {
    const { body } = await api.get(`${history}?limit=${limit}${after && `&after=${after}`}`);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    seen.push(...body.items);
    if (body.next === null) break;
    after = body.next;
  }
  expect(seen).toEqual(whole);
});

it('a position of the audit trail is a place to go on from', async () => {
  const { body } = await api.get(`${history}?after=${positions[3]}`);
  expect(body.items.map(({ path }: any) => path)).toEqual(['', '/spec/paused']);
});

it('a target that never was is unknown; one that never drifted has no history', async () => {
  await api.put('/v1/clusters/b', cluster());
  const { body } = await api.put('/v1/applications/calm', application({ namespace: 'calm' }));
  expect((await api.getAt('/v1/applications/calm/targets/b/drift', body.position)).body.items).toEqual([]);
  expect(await api.get('/v1/applications/shop/targets/z/drift')).toMatchObject({
    status: 404,
    body: { code: 'target-not-found' },
  });
});

it('a drift ends also when the plan has come to name the object in another version of its API', async () => {
  const budget = {
    apiVersion: 'policy/v1beta1',
    kind: 'PodDisruptionBudget',
    namespace: 'shop',
    name: 'web',
  };
  const renewed = { ...budget, apiVersion: 'policy/v1' };
  const other = { ...budget, apiVersion: 'example.com/v1' };
  await detected(budget, '/spec/maxUnavailable', 1, 2);
  const after = positions.at(-1)! - 1;
  await record('DriftCorrected', { object: other, how: 'Applied' });
  await record('DriftCorrected', { object: renewed, how: 'Applied' });
  const ended = positions.at(-1);
  await detected(budget, '/spec/maxUnavailable', 1, 3);
  await record('ObjectsPruned', { objects: [other] });
  await record('ObjectsPruned', { objects: [other, renewed] });
  const { body } = await api.getAt(`${history}?after=${after}`, position);
  expect(body.items).toMatchObject([
    { to: 2, corrected: { position: ended, how: 'Applied' } },
    { to: 3, corrected: { position, how: 'Pruned' } },
  ]);
});

it('a field that flaps is shown on its target until it is settled', async () => {
  const now = Date.now();
  for (let round = 0; round <= FLAPPING.limit; round += 1) {
    const at = new Date(now - (FLAPPING.limit - round) * 1_000).toISOString();
    const changes = [{ path: '/data/a', from: 'a', to: `rival ${round}` }];
    await record('DriftDetected', { object: settings, changes, at });
    if (round < FLAPPING.limit) await record('DriftCorrected', { object: settings, at, how: 'Applied' });
  }
  const shown = async () => {
    const { body } = await api.getAt('/v1/applications/shop/targets', position);
    return body.items.find((target: any) => target.cluster === 'a');
  };
  const nextCorrection = new Date(now + FLAPPING.firstMs).toISOString();
  const target = await shown();
  expect(target.flapping).toEqual([
    {
      object: settings,
      path: '/data/a',
      since: new Date(now).toISOString(),
      count: 0,
      nextCorrection,
      calmAt: new Date(now + FLAPPING.windowMs).toISOString(),
    },
  ]);
  expect(target.drift).toMatchObject([
    { object: web, nextCorrection: null },
    { object: settings, path: '/data/a', nextCorrection },
  ]);
  await record('DriftSettled', {
    object: settings,
    path: '/data/a',
    since: target.flapping[0].since,
    count: 0,
  });
  expect((await shown()).flapping).toEqual([]);
});
