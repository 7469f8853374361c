import { application, cluster, deployment } from './fixtures';
import { Harness, TOKEN } from './harness';

let api: Harness;
beforeAll(async () => (api = await Harness.start()));
afterAll(() => api.stop());

const newest = async (limit: number): Promise<any[]> => {
  const { rows } = await api.database.pool.query(
    'select type, data, meta from events order by seq desc limit $1',
    [limit],
  );
  return rows.reverse();
};

describe('clusters', () => {
  it('are registered and shown, without their credentials', async () => {
    const put = await api.put('/v1/clusters/eu-1', cluster({ reason: 'new region' }));
    expect(put.status).toBe(202);
    expect(put.body).toEqual({ position: 1, warnings: [] });

    const shown = await api.getAt('/v1/clusters/eu-1', put.body.position);
    expect(shown.body).toEqual({
      name: 'eu-1',
      labels: { tier: 'canary' },
      server: 'https://cluster.example:6443',
      phase: 'Pending',
      version: null,
      lastSeen: null,
      nodes: { total: 0, ready: 0, onlineRate: null },
      targets: { total: 0, converged: 0, drifted: 0, behind: 0 },
      warnings: [],
      position: 1,
    });
    expect(shown.text).not.toContain('secret-token');
  });

  it('keep their credentials out of the log', async () => {
    const { rows } = await api.database.pool.query('select canonical from events');
    expect(JSON.stringify(rows)).not.toContain('secret-token');
  });

  it('take a kubeconfig, and warn of what is unsafe in it', async () => {
    const kubeconfig = `
current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://c.example", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: t}}]`;
    const put = await api.put('/v1/clusters/lab', { connection: { kubeconfig } });
    expect(put).toMatchObject({
      status: 202,
      body: { warnings: [expect.stringContaining('insecure-skip-tls-verify')] },
    });
    const shown = await api.getAt('/v1/clusters/lab', put.body.position);
    expect(shown.body).toMatchObject({ labels: {}, warnings: put.body.warnings });
  });

  it('are forgotten, and once only', async () => {
    await api.put('/v1/clusters/old', cluster());
    const forgotten = await api.delete('/v1/clusters/old?workloads=orphan&reason=retired');
    expect(forgotten).toMatchObject({ status: 202, body: { position: expect.any(Number) } });
    expect(await newest(1)).toMatchObject([
      {
        type: 'ClusterForgotten',
        data: { cluster: 'old', workloads: 'orphan' },
        meta: { reason: 'retired' },
      },
    ]);
    expect((await api.getAt('/v1/clusters/old', forgotten.body.position)).body.phase).toBe('Forgotten');
    const list = await api.get('/v1/clusters');
    expect(list.body.items.map(({ name }: any) => name)).not.toContain('old');
    expect(await api.delete('/v1/clusters/old?workloads=orphan')).toMatchObject({ status: 404 });
    expect(await api.put('/v1/clusters/old', cluster())).toMatchObject({ status: 202 });
  });
});

describe('applications', () => {
  it('are defined, with the defaults filled in', async () => {
    const put = await api.put('/v1/applications/shop', application({ labels: { team: 'a' } }));
    const shown = await api.getAt('/v1/applications/shop', put.body.position);
    expect(shown.body).toMatchObject({
      name: 'shop',
      project: 'default',
      labels: { team: 'a' },
      namespace: 'shop',
      phase: 'Active',
      release: null,
      replicas: [],
      activeRun: null,
      definition: {
        manifests: [{ ...deployment(), metadata: { name: 'web', namespace: 'shop' } }],
        placement: { clusterSelector: {} },
        overrides: [],
        strategy: {
          stages: [{ name: 'all', maxConcurrency: '100%', maxFailures: 0, before: [], after: [] }],
          batches: [{ size: '100%' }],
          minSuccessTime: '0s',
          progressDeadline: '10m',
          onFailure: 'Pause',
          update: 'Recreate',
          unreachable: 'Fail',
        },
        dependsOn: [],
        drift: { policy: 'Correct', ignoreFields: [] },
        whenToTakeOver: 'Always',
        disruptionBudget: 'Auto',
      },
    });
  });

  it('take YAML, and what they say explicitly', async () => {
    const manifestYaml = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n`;
    const strategy = {
      stages: [
        {
          name: 'canary',
          clusterSelector: { matchLabels: { tier: 'canary' } },
          maxConcurrency: 1,
          before: [],
        },
        { name: 'rest', maxConcurrency: '50%' },
      ],
      batches: ['100%'],
      update: 'Recreate',
    };
    const put = await api.put(
      '/v1/applications/yaml',
      application({
        manifests: undefined,
        manifestYaml,
        strategy,
        placement: { clusterNames: ['eu-1'] },
        drift: { policy: 'Report', ignoreFields: [] },
        disruptionBudget: 'None',
        whenToTakeOver: 'Never',
        project: 'web',
      }),
    );
    expect(put.status).toBe(202);
    const { definition, project } = (await api.getAt('/v1/applications/yaml', put.body.position)).body;
    expect(project).toBe('web');
    expect(definition.manifests.map((object: any) => object.metadata.name)).toEqual(['a', 'b']);
    expect(definition.strategy.stages).toEqual([
      {
        name: 'canary',
        clusterSelector: { matchLabels: { tier: 'canary' } },
        maxConcurrency: 1,
        maxFailures: 0,
        before: [],
        after: [],
      },
      { name: 'rest', maxConcurrency: '50%', maxFailures: 0, before: [], after: [] },
    ]);
    expect(definition).toMatchObject({
      drift: { policy: 'Report' },
      whenToTakeOver: 'Never',
      disruptionBudget: 'None',
    });
  });

  it('are scaled', async () => {
    const scaled = await api.post('/v1/applications/shop/scale', { replicas: 9, reason: 'sale' });
    expect(scaled.status).toBe(202);
    expect(await newest(1)).toMatchObject([
      {
        type: 'ApplicationScaled',
        data: { scale: { workload: 'Deployment/web', replicas: 9 } },
        meta: { reason: 'sale' },
      },
    ]);
    const shown = await api.getAt('/v1/applications/shop', scaled.body.position);
    expect(shown.body.replicas).toEqual([{ workload: 'Deployment/web', replicas: 9 }]);
  });

  it('are deleted together with their run, and gone when nothing is left', async () => {
    await api.put('/v1/applications/brief', application());
    await api.post('/v1/applications/brief/releases', { version: '1' });
    const deleted = await api.delete('/v1/applications/brief', { headers: { 'keelson-reason': 'a trial' } });
    expect(await newest(2)).toMatchObject([
      { type: 'ApplicationDeleted', meta: { reason: 'a trial' } },
      { type: 'RunAborted', data: { run: 'brief-1', reason: 'ApplicationDeleted' } },
    ]);
    expect(await api.getAt('/v1/applications/brief', deleted.body.position)).toMatchObject({ status: 404 });
    expect(await api.get('/v1/applications/brief/releases')).toMatchObject({ status: 404 });
    expect(await api.delete('/v1/applications/brief')).toMatchObject({ status: 404 });
  });
});

describe('releases', () => {
  it('freeze images and manifests, start a run and supersede the one before', async () => {
    await api.put('/v1/applications/rel', application());
    const first = await api.post('/v1/applications/rel/releases', {
      version: '1.0',
      images: { web: 'registry.example/web:2' },
    });
    expect(first).toMatchObject({
      status: 202,
      body: {
        release: { id: 'rel-r1', version: '1.0', revision: expect.stringMatching(/^[0-9a-f]{12}$/) },
        run: { id: 'rel-1' },
      },
    });
    expect(await newest(3)).toMatchObject([
      { type: 'ReleaseRequested' },
      {
        type: 'ReleaseFrozen',
        data: {
          objects: [{ spec: { template: { spec: { containers: [{ image: 'registry.example/web:2' }] } } } }],
        },
      },
      { type: 'RunCreated', data: { strategy: { onFailure: 'Pause' } } },
    ]);

    const second = await api.post('/v1/applications/rel/releases', {
      version: '2.0',
      manifests: [deployment('registry.example/web:3')],
      strategy: { minSuccessTime: '1s' },
      reason: 'a fix',
    });
    expect(second.body.run.id).toBe('rel-2');
    expect(second.body.release.revision).not.toBe(first.body.release.revision);
    expect(await newest(2)).toMatchObject([
      { type: 'RunCreated', data: { strategy: { minSuccessTime: '1s', progressDeadline: '10m' } } },
      { type: 'RunSuperseded', data: { run: 'rel-1', by: 'rel-2' } },
    ]);

    const history = await api.getAt('/v1/applications/rel/releases', second.body.position);
    expect(history.body).toMatchObject({
      items: [
        {
          id: 'rel-r2',
          version: '2.0',
          images: {},
          run: { id: 'rel-2', phase: 'Pending' },
          actor: 'admin',
          reason: 'a fix',
        },
        {
          id: 'rel-r1',
          version: '1.0',
          images: { web: 'registry.example/web:2' },
          run: { id: 'rel-1', phase: 'Superseded' },
        },
      ],
      next: null,
    });
  });

  it('are refused when the overrides in force do not fit them any more', async () => {
    const overrides = [
      {
        clusterSelector: {},
        patches: [
          {
            target: { kind: 'Deployment', name: 'web' },
            patch: [{ op: 'replace', path: '/spec/replicas', value: 1 }],
          },
        ],
      },
    ];
    await api.put('/v1/applications/over', application({ overrides }));
    const before = await api.countEvents();
    const other = { ...deployment(), metadata: { name: 'api' } };
    expect(
      await api.post('/v1/applications/over/releases', { version: '1', manifests: [other] }),
    ).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/overrides/0/patches/0/target' }] },
    });
    expect(await api.countEvents()).toBe(before);
  });

  it('see a definition that another process has just changed', async () => {
    await api.put('/v1/applications/two', application());
    await api.post('/v1/applications/two/releases', { version: '1' });
    const container = { name: 'extra', image: 'registry.example/extra:1' };
    const changed = deployment();
    changed.spec.template.spec.containers.push(container);
    // Appended behind this process's back: its cache of folded states does not know.
    await api.store.append({
      streams: [
        {
          stream: 'application/two',
          expectedVersion: 'any',
          events: [
            { type: 'ApplicationRedefined', data: { application: 'two', facets: { objects: [changed] } } },
          ],
        },
      ],
      meta: { commandId: 'elsewhere', correlationId: 'elsewhere', actor: 'admin' },
    });
    const images = { extra: 'registry.example/extra:2' };
    expect(await api.post('/v1/applications/two/releases', { version: '2', images })).toMatchObject({
      status: 202,
    });
  });
});

describe('who asks', () => {
  it.each([
    ['no token', { token: null }, 'token-missing'],
    ['another token', { token: 'guess' }, 'token-invalid'],
    ['another scheme', { token: null, headers: { authorization: `Basic ${TOKEN}` } }, 'token-missing'],
  ])('%s is refused before the body is read', async (_, send, code) => {
    const answer = await api.send('PUT', '/v1/clusters/x', { raw: 'not json', ...send });
    expect(answer).toMatchObject({ status: 401, body: { status: 401, code } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('is recorded, with the correlation id of the request', async () => {
    const answer = await api.put('/v1/clusters/traced', cluster(), {
      headers: { 'x-request-id': 'trace-7' },
    });
    expect(answer.headers.get('x-request-id')).toBe('trace-7');
    expect(await newest(1)).toMatchObject([{ meta: { actor: 'admin', correlationId: 'trace-7' } }]);
  });

  it('gets an id when the one that was sent cannot be one', async () => {
    const answer = await api.get('/v1/clusters', { headers: { 'x-request-id': 'a b' } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
