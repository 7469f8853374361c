import { application, cluster } from './fixtures';
import { Harness } from './harness';

const agent = { name: 'agent', image: 'registry.example/agent:1' };
const logs = (change: object = {}): Record<string, any> => ({
  containers: [agent],
  applicationSelector: { matchLabels: { logs: 'yes' } },
  placement: { clusterSelector: {} },
  ...change,
});

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/eu-1', cluster());
  await api.put('/v1/clusters/us-1', cluster());
  await api.put('/v1/applications/shop', application({ labels: { logs: 'yes' } }));
  const { position } = (await api.put('/v1/applications/quiet', application())).body;
  await api.getAt('/v1/applications', position);
});
afterAll(() => api.stop());

describe('a sidecar', () => {
  it('is defined, changed and read, and runs nothing', async () => {
    const put = await api.put('/v1/sidecars/logs', logs({ reason: 'for the auditors' }));
    expect(put.status).toBe(202);
    const { body } = await api.getAt('/v1/sidecars/logs', put.body.position);
    expect(body).toMatchObject({
      name: 'logs',
      containers: [agent],
      volumes: [],
      strategy: { update: 'InPlaceIfPossible', onFailure: 'Pause' },
      release: null,
      settledRelease: null,
      activeRun: null,
      targets: { total: 0, released: 0 },
    });
    const before = await api.countEvents();
    await api.put('/v1/sidecars/logs', logs());
    expect(await api.countEvents()).toBe(before);
    const volumes = [{ name: 'spool', emptyDir: {} }];
    const changed = await api.put('/v1/sidecars/logs', logs({ volumes }));
    expect((await api.getAt('/v1/sidecars', changed.body.position)).body).toMatchObject({
      items: [{ name: 'logs', volumes, createdAt: body.createdAt }],
      next: null,
    });
    expect((await api.get('/v1/audit?type=SidecarRedefined')).body.items).toMatchObject([
      { data: { sidecar: 'logs', facets: { volumes } } },
    ]);
    expect((await api.get('/v1/audit?type=SidecarDefined')).body.items).toMatchObject([
      { actor: 'admin', reason: 'for the auditors' },
    ]);
  });

  it('has releases of its own, each with a run', async () => {
    const image = 'registry.example/agent:2';
    const first = await api.post('/v1/sidecars/logs/releases', { version: '2', images: { agent: image } });
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ release: { id: 'logs-sr1', version: '2' }, run: { id: 'logs-s1' } });
    const run = await api.getAt('/v1/runs/logs-s1', first.body.position);
    expect(run.body).toMatchObject({ application: 'sidecar/logs', version: '2', phase: 'Pending' });
    expect((await api.get('/v1/audit?type=SidecarReleaseFrozen')).body.items).toMatchObject([
      { data: { sidecar: 'logs', containers: [{ name: 'agent', image }], volumes: [{ name: 'spool' }] } },
    ]);
    const second = await api.post('/v1/sidecars/logs/releases', { version: '3', containers: [agent] });
    await api.getAt('/v1/runs', second.body.position);
    const runs = (await api.get('/v1/runs?application=sidecar/logs')).body.items;
    expect(runs).toMatchObject([
      { id: 'logs-s2', phase: 'Pending' },
      { id: 'logs-s1', phase: 'Superseded', reason: 'superseded by logs-s2' },
    ]);
    expect((await api.get('/v1/sidecars/logs')).body).toMatchObject({
      release: { id: 'logs-sr2' },
      activeRun: { id: 'logs-s2', phase: 'Pending' },
    });
  });

  it('does not share ids with an application of its name', async () => {
    await api.put('/v1/applications/logs', application());
    const { body } = await api.post('/v1/applications/logs/releases', { version: '1' });
    expect(body).toMatchObject({ release: { id: 'logs-r1' }, run: { id: 'logs-1' } });
    await api.getAt('/v1/runs', body.position);
    expect((await api.get('/v1/runs?application=logs')).body.items).toMatchObject([{ id: 'logs-1' }]);
    await api.delete('/v1/applications/logs');
  });

  it('shows the targets that it is selected for, page by page', async () => {
    expect((await api.get('/v1/sidecars/logs/targets')).body.items).toEqual([]);
    const { position } = (await api.post('/v1/applications/shop/releases', { version: '1' })).body;
    const started = await startEverywhere('shop', 'shop-1', 'shop-r1', position);
    const targets = (await api.getAt('/v1/sidecars/logs/targets', started)).body.items;
    expect(targets).toMatchObject([
      { application: 'shop', cluster: 'eu-1', release: null, waiting: false, run: null },
      { application: 'shop', cluster: 'us-1', release: null, waiting: false, run: null },
    ]);
    const page = (await api.get('/v1/sidecars/logs/targets?limit=1')).body;
    expect(page.next).toBe('eu-1/shop');
    expect((await api.get(`/v1/sidecars/logs/targets?limit=1&after=${page.next}`)).body).toMatchObject({
      items: [{ cluster: 'us-1' }],
      next: null,
    });
    expect((await api.get('/v1/sidecars/logs')).body.targets).toEqual({ total: 2, released: 0 });
  });

  /** What the run engine would say; there is none here. */
  const startEverywhere = async (
    owner: string,
    run: string,
    release: string,
    after: number,
  ): Promise<number> => {
    await api.getAt('/v1/runs', after);
    const pace = { batch: 0, of: 1, share: '100%', update: 'Recreate' };
    const events = ['eu-1', 'us-1'].map((name) => ({
      type: 'ClusterStarted',
      data: {
        application: owner,
        run,
        stage: 'all',
        cluster: name,
        release,
        pace,
        at: '2026-01-01T00:00:00Z',
      },
    }));
    const decider = { initial: null, evolve: () => null, decide: () => ({ ok: true as const, events }) };
    const result = await api.store.commands.execute(
      { commandId: crypto.randomUUID(), actor: 'test' },
      (unit) => unit.decide(decider, `run/${run}`, { type: 'Start' }),
    );
    if (!result.ok) throw new Error('not recorded');
    return result.position;
  };

  it('is deleted together with its run', async () => {
    const { position } = (await api.delete('/v1/sidecars/logs')).body;
    expect(await api.getAt('/v1/sidecars/logs', position)).toMatchObject({
      status: 404,
      body: { code: 'sidecar-not-found' },
    });
    expect((await api.get('/v1/runs/logs-s2')).body).toMatchObject({
      phase: 'Aborted',
      reason: 'the sidecar was deleted',
    });
    for (const answer of [
      await api.delete('/v1/sidecars/logs'),
      await api.get('/v1/sidecars/logs/targets'),
      await api.post('/v1/sidecars/logs/releases', { version: '1' }),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'sidecar-not-found' } });
    }
    await api.put('/v1/sidecars/logs', logs());
    const { body } = await api.post('/v1/sidecars/logs/releases', { version: '1' });
    expect(body.release.id).toBe('logs-sr3');
  });
});

describe('a sidecar is refused', () => {
  const WRONG: [string, object, string, RegExp][] = [
    ['no containers', { containers: [] }, '/containers', /at least one/],
    ['a container that is none', { containers: ['agent'] }, '/containers/0', /object/],
    ['a name that is none', { containers: [{ ...agent, name: 'A B' }] }, '/containers/0/name', /DNS-1123/],
    ['two of a name', { containers: [agent, agent] }, '/containers/1/name', /two/],
    ['no image', { containers: [{ name: 'agent' }] }, '/containers/0/image', /image reference/],
    ['a volume without a name', { volumes: [{ emptyDir: {} }] }, '/volumes/0/name', /DNS-1123/],
    ['no selector', { applicationSelector: undefined }, '/applicationSelector', /./],
    [
      'a selector that is none',
      { applicationSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      '/applicationSelector/matchExpressions/0/values',
      /at least one/,
    ],
    [
      'a cluster that nobody registered',
      { placement: { clusterNames: ['nowhere'] } },
      '/placement/clusterNames/0',
      /no cluster/,
    ],
    ['a misspelt field', { volume: [] }, '/volume', /unknown field/],
    [
      'a last batch that is not everything',
      { strategy: { batches: ['10%'] } },
      '/strategy/batches/0/size',
      /./,
    ],
  ];

  it.each(WRONG)('for %s', async (_, change, path, message) => {
    const { status, body } = await api.put('/v1/sidecars/wrong', logs(change));
    expect(status).toBe(422);
    expect(body.errors).toContainEqual({ path, message: expect.stringMatching(message) });
  });

  it('for a container that a selected application has, and for that one alone', async () => {
    const containers = [{ name: 'web', image: 'agent:1' }];
    const { body } = await api.put('/v1/sidecars/wrong', logs({ containers }));
    expect(body).toMatchObject({
      code: 'container-taken',
      errors: [
        {
          path: '/containers/0/name',
          message: 'application shop, which is selected, has a container "web" already',
        },
      ],
    });
    const elsewhere = { applicationSelector: { matchLabels: { logs: 'no' } } };
    expect((await api.put('/v1/sidecars/other', logs({ containers, ...elsewhere }))).status).toBe(202);
  });

  it('for a container that another sidecar adds to the same application', async () => {
    const { body } = await api.put('/v1/sidecars/second', logs());
    expect(body.errors).toEqual([
      {
        path: '/containers/0/name',
        message: 'sidecar logs adds a container "agent" to an application that both select',
      },
    ]);
  });

  it('in a release, by the paths of its body', async () => {
    const release = (body: object) => api.post('/v1/sidecars/logs/releases', { version: '1', ...body });
    expect((await release({ images: { web: 'a:1' } })).body.errors).toMatchObject([{ path: '/images/web' }]);
    expect((await release({ images: { agent: 'A b' } })).body.errors).toMatchObject([
      { path: '/images/agent' },
    ]);
    expect((await release({ containers: [{ name: 'web', image: 'a:1' }] })).body).toMatchObject({
      code: 'container-taken',
      errors: [{ path: '/containers/0/name' }],
    });
    expect((await release({ version: 'a b' })).status).toBe(422);
  });
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
