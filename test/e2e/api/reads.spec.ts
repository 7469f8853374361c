import { randomUUID } from 'node:crypto';
import { application, cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
let position = 0;

/** What workers would have recorded. */
const recordAs = async (
  meta: { causationId?: string },
  stream: string,
  ...events: { type: string; data: object }[]
): Promise<void> => {
  const commandId = randomUUID();
  const outcome = await api.store.append({
    streams: [{ stream, expectedVersion: 'any', events }],
    meta: { commandId, correlationId: commandId, actor: 'system:worker', ...meta },
  });
  if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
  position = await api.store.log.awaitSealed(outcome.seqs.at(-1) as number);
};

const record = (stream: string, ...events: { type: string; data: object }[]): Promise<void> =>
  recordAs({}, stream, ...events);

const of = { application: 'shop', run: 'shop-1' };
const target = (name: string) => ({ application: 'shop', cluster: name });
const deploymentRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const generationIn = async (name: string): Promise<number> => {
  const { body } = await api.getAt('/v1/applications/shop/targets', position);
  return body.items.find((item: any) => item.cluster === name).generation;
};

beforeAll(async () => {
  api = await Harness.start();
  for (const name of ['a', 'b', 'c']) await api.put(`/v1/clusters/${name}`, cluster());
  await api.put('/v1/applications/shop', application({ disruptionBudget: 'None' }));
  await api.post('/v1/applications/shop/releases', { version: '1.0' });
  await record(
    'run/shop-1',
    {
      type: 'MembershipChanged',
      data: { ...of, joined: ['a', 'b', 'c'].map((name) => ({ cluster: name, stage: 'all' })), left: [] },
    },
    { type: 'StageStarted', data: { ...of, stage: 'all' } },
    ...['a', 'b'].map((name) => ({
      type: 'ClusterStarted',
      data: {
        ...of,
        stage: 'all',
        cluster: name,
        release: 'shop-r1',
        pace: { batch: 0, of: 1, share: '100%', update: 'Recreate' },
        at: '2026-01-01T00:00:00.000Z',
      },
    })),
  );
  const generation = await generationIn('a');
  await record(
    'target/shop/a',
    {
      type: 'PlanApplied',
      data: {
        ...target('a'),
        generation,
        hash: 'x',
        objects: [{ ref: deploymentRef, uid: 'u', outcome: 'Created' }],
      },
    },
    {
      type: 'HealthChanged',
      data: { ...target('a'), generation, status: 'Current', message: 'all is well' },
    },
  );
  await record('cluster/c', {
    type: 'ClusterUnreachable',
    data: { cluster: 'c', reason: 'Timeout', message: 'no answer within 5 s' },
  });
  await api.database.pool.query(
    `insert into target_observations (application, cluster, desired, updated, ready, observed_at)
     values ('shop', 'a', 2, 2, 2, now()), ('shop', 'b', 2, 1, 2, now())`,
  );
  await api.database.pool.query(
    "insert into cluster_observations (cluster, last_seen, nodes_total, nodes_ready) values ('a', '2026-01-02T03:04:05Z', 4, 3)",
  );
});
afterAll(() => api.stop());

it('clusters show nodes, targets and why they cannot be reached', async () => {
  const { body } = await api.getAt('/v1/clusters', position);
  expect(body.items).toMatchObject([
    {
      name: 'a',
      lastSeen: '2026-01-02T03:04:05.000Z',
      nodes: { total: 4, ready: 3, onlineRate: null },
      targets: { total: 1, converged: 1, drifted: 0, behind: 0 },
    },
    { name: 'b', targets: { total: 1, converged: 0, behind: 1 } },
    { name: 'c', phase: 'Unreachable', lastError: { reason: 'Timeout', message: 'no answer within 5 s' } },
  ]);
});

it('targets show phase, counts and errors', async () => {
  const { body } = await api.getAt('/v1/applications/shop/targets', position);
  expect(body.items).toMatchObject([
    {
      cluster: 'a',
      phase: 'Available',
      version: '1.0',
      run: 'shop-1',
      workload: { desired: 2, updated: 2, ready: 2 },
      owedDeletes: 0,
    },
    { cluster: 'b', phase: 'Pending', appliedGeneration: 0, workload: { desired: 2, updated: 1, ready: 2 } },
    {
      cluster: 'c',
      phase: 'Unreachable',
      version: null,
      hash: null,
      lastError: { message: 'no answer within 5 s' },
    },
  ]);
});

it('applications sum up their targets', async () => {
  const counts = { total: 3, converged: 1, drifted: 0, behind: 1 };
  const { body } = await api.getAt('/v1/applications/shop', position);
  expect(body).toMatchObject({
    release: { id: 'shop-r1', version: '1.0' },
    activeRun: { id: 'shop-1', phase: 'Progressing' },
    targets: counts,
  });
  const list = await api.get('/v1/applications');
  expect(list.body.items).toMatchObject([{ name: 'shop', targets: counts }]);
  expect(list.body.items[0]).not.toHaveProperty('definition');
});

it('runs show stages, clusters and how far each is', async () => {
  const expected = {
    id: 'shop-1',
    application: 'shop',
    release: 'shop-r1',
    version: '1.0',
    rollback: false,
    phase: 'Progressing',
    waiting: [],
    override: null,
    finishedAt: null,
    stages: [
      {
        name: 'all',
        phase: 'Progressing',
        gates: [],
        clusters: [
          {
            name: 'a',
            phase: 'Progressing',
            batch: { index: 1, of: 1, updated: 2, ready: 2, desired: 2 },
            message: null,
          },
          // Its plan is not applied yet: the updated pods are those of the plan before.
          { name: 'b', phase: 'Progressing', batch: { index: 1, of: 1, updated: 0, ready: 2, desired: 2 } },
          { name: 'c', phase: 'Pending', batch: { index: 1, of: 1, updated: 0, ready: 0, desired: 0 } },
        ],
      },
    ],
  };
  expect((await api.getAt('/v1/runs/shop-1', position)).body).toMatchObject(expected);
  expect((await api.get('/v1/runs?application=shop&phase=Progressing')).body).toMatchObject({
    items: [expected],
    next: null,
  });
  expect((await api.get('/v1/runs?phase=Failed')).body.items).toEqual([]);
  expect(await api.get('/v1/runs/shop-9')).toMatchObject({ status: 404, body: { code: 'run-not-found' } });
});

it('the plan of a target is what it must have', async () => {
  const { body } = await api.getAt('/v1/applications/shop/targets/a/plan', position);
  expect(body).toMatchObject({
    cluster: 'a',
    generation: await generationIn('a'),
    objects: [{ kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } }],
  });
  expect(await api.get('/v1/applications/shop/targets/c/plan')).toMatchObject({
    status: 404,
    body: { code: 'plan-not-found' },
  });
  expect(await api.get('/v1/applications/shop/targets/z/plan')).toMatchObject({
    status: 404,
    body: { code: 'target-not-found' },
  });
});

it("a run's events come with their causes", async () => {
  const events = (await api.get('/v1/runs/shop-1/events')).body;
  expect(events.items.map(({ type }: any) => type)).toEqual([
    'ReleaseRequested',
    'RunCreated',
    'MembershipChanged',
    'StageStarted',
    'ClusterStarted',
    'ClusterStarted',
  ]);
  const cause = events.items[1];
  await recordAs({ causationId: cause.id }, 'run/shop-1', {
    type: 'ClusterSucceeded',
    data: { ...of, stage: 'all', cluster: 'a' },
  });
  const after = (await api.get(`/v1/runs/shop-1/events?after=${events.items.at(-1).position}`)).body;
  expect(after.items).toMatchObject([
    {
      type: 'ClusterSucceeded',
      causationId: cause.id,
      cause: { id: cause.id, type: 'RunCreated', position: cause.position },
    },
  ]);
  expect(await api.get('/v1/runs/none/events')).toMatchObject({ status: 404 });
});

it('drift is shown field by field, until it is corrected', async () => {
  const changes = [
    { path: '/spec/replicas', from: 2, to: 5, manager: 'kubectl-edit', at: '2026-01-01T00:00:00.000Z' },
    { path: '/spec/paused', from: null, to: true },
  ];
  await record('target/shop/a', {
    type: 'DriftDetected',
    data: { ...target('a'), object: deploymentRef, changes },
  });
  const drifted = (await api.getAt('/v1/applications/shop/targets?limit=1', position)).body.items[0];
  expect(drifted).toMatchObject({
    phase: 'Drifted',
    drift: [
      {
        object: deploymentRef,
        path: '/spec/replicas',
        manager: 'kubectl-edit',
        at: '2026-01-01T00:00:00.000Z',
      },
      { object: deploymentRef, path: '/spec/paused', manager: null, at: expect.any(String) },
    ],
  });
  await record('target/shop/a', { type: 'DriftCorrected', data: { ...target('a'), object: deploymentRef } });
  expect((await api.getAt('/v1/applications/shop/targets?limit=1', position)).body.items[0]).toMatchObject({
    phase: 'Available',
    drift: [],
  });
});

it('an application that is deleted is shown until every cluster has confirmed', async () => {
  const deleted = await api.delete('/v1/applications/shop');
  expect((await api.getAt('/v1/applications/shop', deleted.body.position)).body).toMatchObject({
    phase: 'Deleting',
    namespace: null,
    definition: null,
    activeRun: null,
  });
  const [owing] = (await api.get('/v1/applications/shop/targets')).body.items;
  expect(owing).toMatchObject({ cluster: 'a', phase: 'Deleting', owedDeletes: 1 });
  for (const name of ['a', 'b'])
    await record(`target/shop/${name}`, {
      type: 'ObjectsPruned',
      data: { ...target(name), objects: [deploymentRef] },
    });
  expect(await api.getAt('/v1/applications/shop', position)).toMatchObject({ status: 404 });
});

describe('pages', () => {
  beforeAll(async () => {
    for (let i = 10; i < 16; i++) {
      await api.put(`/v1/clusters/page-${i}`, cluster());
      await api.put(`/v1/applications/page-${i}`, application({ placement: {} }));
      const { body } = await api.post(`/v1/applications/page-10/releases`, { version: `${i}` });
      position = body.position;
    }
    await api.getAt('/v1/clusters', position);
  });

  it.each([
    ['/v1/clusters', 'name', 9],
    ['/v1/applications', 'name', 6],
    ['/v1/applications/page-10/releases', 'id', 6],
    ['/v1/runs', 'id', 7],
    ['/v1/audit', 'position', 40],
  ])('%s gives every item once', async (path, key, atLeast) => {
    const whole = (await api.get(`${path}?limit=500`)).body;
    expect(whole.next).toBeNull();
    expect(whole.items.length).toBeGreaterThanOrEqual(atLeast);
    const seen: unknown[] = [];
    for (let after = ''; ;) {
      const { body } = await api.get(`${path}?limit=4${after && `&after=${after}`}`);
      seen.push(...body.items.map((item: any) => item[key]));
      expect(body.items.length).toBeLessThanOrEqual(4);
      if (body.next === null) break;
      after = body.next;
    }
    expect(seen).toEqual(whole.items.map((item: any) => item[key]));
  });
});

describe('Keelson-Min-Position', () => {
  it('waits until the read model is there', async () => {
    const ahead = (await api.store.log.head()).position + 1;
    const waiting = api.getAt('/v1/clusters/written-later', ahead);
    await api.put('/v1/clusters/written-later', cluster());
    expect(await waiting).toMatchObject({ status: 200, body: { position: ahead } });
  });

  it('gives up after 10 s', async () => {
    const started = Date.now();
    expect(await api.getAt('/v1/clusters', 1_000_000)).toMatchObject({
      status: 504,
      body: { code: 'position-not-reached' },
    });
    expect(Date.now() - started).toBeGreaterThan(9_500);
  }, 20_000);
});

it('nothing of this was a failure of ours', () => {
  expect(api.problems.filter((problem: any) => problem.code !== 'position-not-reached')).toEqual([]);
});
