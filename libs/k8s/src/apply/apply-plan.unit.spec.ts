// Over 400 lines: one table of cases for one public function, read best in one place.
import type { KubeObject, ObjectRef } from '@keelson/domain';
import { ApiError, NetworkError } from '../client/errors';
import { NormalForms } from '../drift/normal-form';
import { StubApi, StubDiscovery } from '../testing/stub-api.spec';
import { cacheKey, ObjectCache } from '../watch/object-cache';
import { applyPlan } from './apply-plan';
import { MUST_NOT_EXIST } from './fence';
import type { ApplyRequest } from './change-set';
import type { ApplyDeps, Lookup } from './deps';
import { rememberByDryRun } from './remember-by-dry-run';

const PATH = '/api/v1/namespaces/shop/configmaps/c';
const configMap = (name = 'c', data: object = { a: '1' }, namespace?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(namespace ? { namespace } : {}) },
  data,
});
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: { group: 'example.com', names: { kind: 'Widget' } },
};
const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: {} };

describe('applyPlan', () => {
  let api: StubApi;
  let discovery: StubDiscovery;
  let deps: ApplyDeps;
  beforeEach(() => {
    api = new StubApi();
    discovery = new StubDiscovery();
    deps = { client: api, discovery, memory: new NormalForms() };
  });

  const request = (waves: KubeObject[][], change: Partial<ApplyRequest> = {}): ApplyRequest => ({
    application: 'shop',
    generation: 10,
    hash: 'hash10',
    waves,
    whenToTakeOver: 'Never',
    namespace: 'shop',
    ...change,
  });
  const apply = (waves: KubeObject[][], change?: Partial<ApplyRequest>) =>
    applyPlan(deps, request(waves, change), { establishTimeoutMs: 200 });
  const outcomes = async (waves: KubeObject[][], change?: Partial<ApplyRequest>) =>
    (await apply(waves, change)).changes.map(({ outcome }) => outcome);
  const errorOf = async (waves: KubeObject[][], change?: Partial<ApplyRequest>) =>
    (await apply(waves, change)).changes[0]?.error;
  const seen = (object: Lookup) => {
    const stored: KubeObject[] = [];
    deps = { ...deps, cache: { lookup: () => object, store: (answer) => stored.push(answer) } };
    return stored;
  };

  it('creates with marks and a fence, in the namespace of the application', async () => {
    await expect(apply([[configMap()]])).resolves.toMatchObject({
      applied: true,
      stale: false,
      changes: [
        {
          ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c' },
          outcome: 'Created',
          uid: expect.any(String),
        },
      ],
    });
    const patch = api.asked.at(-1);
    expect(patch).toMatchObject({ path: PATH, query: { fieldManager: 'keelson', force: true } });
    expect(patch?.body.metadata).toEqual({
      name: 'c',
      namespace: 'shop',
      resourceVersion: '1',
      labels: { 'keelson.dev/application': 'shop' },
      annotations: { 'keelson.dev/plan': 'hash10', 'keelson.dev/generation': '10' },
    });
  });

  it('sends nothing that belongs to the server', async () => {
    const exported = {
      ...configMap(),
      status: { x: 1 },
      metadata: { name: 'c', uid: 'u', resourceVersion: '5', creationTimestamp: 't', managedFields: [] },
    };
    await apply([[exported]]);
    const { body } = api.asked.at(-1)!;
    expect(body).not.toHaveProperty('status');
    expect(Object.keys(body.metadata)).not.toEqual(
      expect.arrayContaining(['uid', 'creationTimestamp', 'managedFields']),
    );
  });

  it('sends what the server stores of a Secret and of the ports of a Service', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { a: 'ä' },
      data: { b: 'eA==' },
    };
    await apply([[secret]]);
    expect(api.asked.at(-1)?.body).toMatchObject({ kind: 'Secret', data: { a: 'w6Q=', b: 'eA==' } });
    expect(api.asked.at(-1)?.body).not.toHaveProperty('stringData');
    const ports = [{ port: 80 }, { port: 53, protocol: 'UDP' }];
    await apply([[{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports } }]]);
    expect(api.asked.at(-1)?.body.spec.ports).toEqual([{ port: 80, protocol: 'TCP' }, ports[1]]);
  });

  it('updates on the version that it has seen, or says that nothing changed', async () => {
    await apply([[configMap()]]);
    expect(await outcomes([[configMap('c', { a: '2' })]], { generation: 11 })).toEqual(['Configured']);
    expect(api.asked.at(-1)?.body.metadata).toMatchObject({
      resourceVersion: '101',
      uid: expect.any(String),
    });
    expect(await outcomes([[configMap('c', { a: '2' })]], { generation: 11 })).toEqual(['Unchanged']);
  });

  it('creates without the fence where an old API server refuses it', async () => {
    api.before = ({ method, body }) => {
      if (method === 'PATCH' && body.metadata.resourceVersion === '1') {
        throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
      }
    };
    expect(await outcomes([[configMap()]])).toEqual(['Created']);
    expect(api.methods()).toEqual(['GET', 'PATCH', 'PATCH']);
  });

  describe('the fence', () => {
    const mine = (generation: number) => ({
      ...configMap(),
      metadata: {
        name: 'c',
        labels: { 'keelson.dev/application': 'shop' },
        annotations: { 'keelson.dev/generation': String(generation) },
      },
    });

    it('stops the whole plan at a newer generation', async () => {
      api.put(PATH, mine(11));
      const set = await apply([[configMap()], [configMap('later')]]);
      expect(set).toMatchObject({ stale: true, applied: false });
      expect(set.changes.map(({ outcome }) => outcome)).toEqual(['Stale', 'Stale']);
      expect(api.methods()).toEqual(['GET']);
    });

    it.each([
      ['created', () => undefined],
      ['written', () => void api.put(PATH, mine(9))],
    ])('stops an old worker that was paused while a newer one %s the object', async (_name, prepare) => {
      prepare();
      api.before = ({ method }) => {
        if (method === 'PATCH' && api.asked.length === 2)
          api.put(PATH, { ...mine(11), data: { a: 'newer' } });
      };
      expect(await outcomes([[configMap()]])).toEqual(['Stale']);
      expect(api.objects.get(PATH)).toMatchObject({ data: { a: 'newer' } });
    });

    it('does not bring back what was deleted under it, without having looked again', async () => {
      api.put(PATH, mine(9));
      api.before = ({ method }) => {
        if (method === 'PATCH' && api.asked.length === 2) api.objects.delete(PATH);
      };
      expect(await outcomes([[configMap()]])).toEqual(['Created']);
      expect(api.methods()).toEqual(['GET', 'PATCH', 'GET', 'PATCH']);
    });

    it('decides again when the object has changed, but not for ever', async () => {
      api.put(PATH, mine(9));
      api.before = ({ method }) => void (method === 'PATCH' && api.put(PATH, mine(9)));
      expect(await errorOf([[configMap()]])).toMatchObject({ kind: 'transient', message: /changed under 5/ });
      expect(api.methods().filter((method) => method === 'PATCH')).toHaveLength(5);
    });

    it('takes what the watch has brought since, instead of asking', async () => {
      await apply([[configMap()]]);
      const before = api.objects.get(PATH)!;
      const edited = api.put(PATH, { ...before, data: { a: 'by hand' } });
      const shown = [before, edited];
      const lookup = (): Lookup => shown.shift() ?? 'unknown';
      deps = { ...deps, cache: { lookup, store: () => undefined } };
      api.asked.length = 0;
      deps.memory?.forget({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c' });
      expect(await outcomes([[configMap()]])).toEqual(['Configured']);
      expect(api.methods()).toEqual(['PATCH', 'PATCH']);
    });

    it('leaves alone what another worker has put right between the look and the write', async () => {
      await apply([[configMap()]]);
      const right = api.objects.get(PATH)!;
      seen(api.put(PATH, { ...right, data: { a: 'by hand' } }));
      api.before = ({ method }) => {
        if (method === 'PATCH') api.put(PATH, right);
      };
      api.asked.length = 0;
      expect(await outcomes([[configMap()]])).toEqual(['Unchanged']);
      expect(api.methods()).toEqual(['PATCH', 'GET']);
    });

    it('waits for an object that is being deleted', async () => {
      const dying = mine(9);
      api.put(PATH, { ...dying, metadata: { ...dying.metadata, deletionTimestamp: 'now' } });
      expect(await errorOf([[configMap()]])).toMatchObject({ kind: 'transient' });
    });

    it("refuses another application's object, and names it", async () => {
      const theirs = {
        ...configMap(),
        metadata: { name: 'c', labels: { 'keelson.dev/application': 'bank' } },
      };
      api.put(PATH, theirs);
      expect(await errorOf([[configMap()]], { whenToTakeOver: 'Always' })).toEqual({
        kind: 'terminal',
        message: 'it belongs to the application bank',
      });
    });

    it('puts back a label that was removed from our own object', async () => {
      const uid = api.put(PATH, configMap()).metadata.uid;
      deps = { ...deps, recordedUid: () => uid };
      expect(await outcomes([[configMap()]])).toEqual(['Configured']);
    });
  });

  describe('taking over', () => {
    it('leaves it with Never', async () => {
      api.put(PATH, configMap());
      expect(await errorOf([[configMap()]])).toMatchObject({ kind: 'terminal', message: /Never/ });
    });

    it('forces with Always', async () => {
      api.put(PATH, configMap('c', { a: 'theirs' }));
      expect(await outcomes([[configMap()]], { whenToTakeOver: 'Always' })).toEqual(['TakenOver']);
    });

    it('takes over with IfNoDiff what is as planned, also when it has no labels', async () => {
      api.put(PATH, { ...configMap(), data: { a: '1', b: 'theirs' } });
      expect(await outcomes([[configMap()]], { whenToTakeOver: 'IfNoDiff' })).toEqual(['TakenOver']);
      expect(api.methods()).toEqual(['GET', 'PATCH dry', 'PATCH']);
    });

    it('refuses with IfNoDiff what differs, and says where', async () => {
      api.put(PATH, configMap('c', { a: 'theirs' }));
      expect(await errorOf([[configMap()]], { whenToTakeOver: 'IfNoDiff' })).toMatchObject({
        kind: 'terminal',
        message: expect.stringContaining('/data/a'),
      });
      expect(api.methods()).toEqual(['GET', 'PATCH dry']);
    });
  });

  describe('with a cache', () => {
    it('needs one request to create', async () => {
      const stored = seen('absent');
      expect(await outcomes([[configMap()]])).toEqual(['Created']);
      expect(api.methods()).toEqual(['PATCH']);
      expect(stored).toHaveLength(1);
    });

    it('finds out when the cache was wrong about it', async () => {
      seen('absent');
      api.put(PATH, configMap());
      expect(await errorOf([[configMap()]])).toMatchObject({ kind: 'terminal' });
      expect(api.methods()).toEqual(['PATCH', 'GET']);
    });

    it('sends nothing for an object that is as planned', async () => {
      await apply([[configMap()]]);
      seen(api.objects.get(PATH)!);
      api.asked.length = 0;
      await expect(apply([[configMap()]])).resolves.toMatchObject({
        applied: true,
        changes: [{ outcome: 'Unchanged', uid: expect.any(String) }],
      });
      expect(api.asked).toEqual([]);
    });

    it.each<[name: string, change: Partial<ApplyRequest>, edit: (live: any) => void]>([
      ['another generation', { generation: 11 }, () => undefined],
      ['another plan', { hash: 'other' }, () => undefined],
      ['drift', {}, (live) => (live.data.a = 'edited')],
      ['a lost label', {}, (live) => delete live.metadata.labels],
      ['a deletion', {}, (live) => (live.metadata.deletionTimestamp = 'now')],
    ])('does not call it unchanged with %s', async (_name, change, edit) => {
      await apply([[configMap()]]);
      const live = structuredClone(api.objects.get(PATH)!);
      edit(live);
      seen(api.put(PATH, live));
      expect(await outcomes([[configMap()]], change)).not.toContain('Unchanged');
    });

    it('sends when nothing is remembered', async () => {
      await apply([[configMap()]]);
      seen(api.objects.get(PATH)!);
      deps.memory?.forget({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c' });
      api.asked.length = 0;
      expect(await outcomes([[configMap()]])).toEqual(['Unchanged']);
      expect(api.methods()).toEqual(['PATCH']);
    });
  });

  describe('namespaces', () => {
    const elsewhere = (name: string) => configMap(name, {}, 'elsewhere');

    it('creates the one that is missing, once, without making it ours', async () => {
      const set = await apply([[elsewhere('a'), elsewhere('b'), elsewhere('c')]]);
      const { uid } = api.objects.get('/api/v1/namespaces/elsewhere')!.metadata;
      expect(set).toMatchObject({ applied: true, createdNamespaces: [{ name: 'elsewhere', uid }] });
      const made = api.asked.filter(({ path }) => path === '/api/v1/namespaces/elsewhere');
      expect(made).toHaveLength(1);
      expect(made[0]?.body.metadata).toEqual({
        name: 'elsewhere',
        annotations: { 'keelson.dev/created-namespace-for': 'shop' },
        resourceVersion: MUST_NOT_EXIST,
      });
    });

    it('does not claim the one that somebody makes at the same moment', async () => {
      api.before = ({ method, path }) => {
        if (method !== 'PATCH' || path !== '/api/v1/namespaces/elsewhere') return;
        api.namespaces.add('elsewhere');
        api.put(path, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
      };
      expect(await apply([[elsewhere('a')]])).toMatchObject({ applied: true, createdNamespaces: [] });
      expect(api.objects.get('/api/v1/namespaces/elsewhere')?.metadata).not.toHaveProperty('annotations');
    });

    it('remembers at the first plan what an attempt that died before it was recorded had made', async () => {
      await apply([[elsewhere('a')]]);
      const { uid } = api.objects.get('/api/v1/namespaces/elsewhere')!.metadata;
      const again = (change: object) => apply([[elsewhere('a')]], change);
      expect((await again({ isFirst: true })).createdNamespaces).toEqual([{ name: 'elsewhere', uid }]);
      expect((await again({})).createdNamespaces).toEqual([]);
      expect((await again({ isFirst: true, application: 'shop' })).createdNamespaces).toHaveLength(1);
      api.put('/api/v1/namespaces/elsewhere', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'elsewhere', annotations: {} },
      });
      expect((await again({ isFirst: true })).createdNamespaces).toEqual([]);
    });

    it('holds back what takes it by default, and nothing that is of the cluster', async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
      api.put('/api/v1/namespaces/shop', namespace);
      expect(await outcomes([[namespace], [configMap(), definition]])).toEqual([
        'Failed',
        'Skipped',
        'Created',
      ]);
    });

    it('leaves it to the plan that has it, and skips its objects when it fails', async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } };
      api.before = ({ path }) => {
        if (path.endsWith('/namespaces/elsewhere')) throw new ApiError(422, 'Invalid', 'bad name');
      };
      const set = await apply([[namespace], [elsewhere('a'), configMap()]]);
      expect(set.changes).toMatchObject([
        { outcome: 'Failed', error: { kind: 'terminal' } },
        { outcome: 'Skipped', error: { kind: 'transient', message: 'waits for Namespace elsewhere' } },
        { outcome: 'Created' },
      ]);
      expect(set).toMatchObject({ applied: false, createdNamespaces: [] });
    });
  });

  describe('definitions', () => {
    beforeEach(() => discovery.missing.add('Widget'));

    it('are awaited before their objects', async () => {
      discovery.invalidate = () => void discovery.missing.delete('Widget');
      expect(await outcomes([[definition], [widget]])).toEqual(['Created', 'Created']);
    });

    it('that are not served in time hold back their own objects only', async () => {
      const set = await apply([[definition], [widget, configMap()]]);
      expect(set.changes).toMatchObject([
        { outcome: 'Created' },
        { outcome: 'Skipped', error: { kind: 'transient', message: 'waits for the definition of Widget' } },
        { outcome: 'Created' },
      ]);
    });

    it('that are served since long cost nothing', async () => {
      discovery.missing.clear();
      await apply([[definition], [widget]]);
      const paths = api.asked.map(({ path }) => path);
      seen(api.objects.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com')!);
      api.asked.length = 0;
      await apply([[definition], [widget]]);
      const collection = '/apis/example.com/v1/widgets';
      expect(paths).toContain(collection);
      expect(api.asked.map(({ path }) => path)).not.toContain(collection);
    });

    it('that nobody needs are not awaited', async () => {
      expect(await outcomes([[definition], [configMap()]])).toEqual(['Created', 'Created']);
      expect(discovery.invalidated).toEqual([]);
    });

    it('of nobody: the kind is unknown, and the rest goes on', async () => {
      expect(await outcomes([[widget, configMap()]])).toEqual(['Failed', 'Created']);
    });
  });

  it('goes on after a failure, wave after wave', async () => {
    api.before = ({ path, method }) => {
      if (method === 'PATCH' && path === PATH) throw new ApiError(422, 'Invalid', 'no');
    };
    expect(await outcomes([[configMap(), configMap('d')], [configMap('e')]])).toEqual([
      'Failed',
      'Created',
      'Created',
    ]);
  });

  it.each([
    ['does not answer', new NetworkError('timeout', 'silence'), 'unreachable'],
    ['does not know us', new ApiError(401, 'Unauthorized', 'who?'), 'unauthorized'],
  ])('stops when the cluster %s', async (_name, error, kind) => {
    api.before = () => {
      throw error;
    };
    const many = Array.from({ length: 100 }, (_, index) => configMap(`c${index}`));
    const set = await apply([many, [configMap()]]);
    expect(set.changes).toHaveLength(101);
    expect(set.changes[0]).toMatchObject({ outcome: 'Failed', error: { kind } });
    expect(set.changes.at(-1)).toMatchObject({ outcome: 'Skipped', error: { kind } });
    expect(api.asked.length).toBeLessThanOrEqual(16);
  });

  it('forgets what discovery knew of a kind that answers 404', async () => {
    api.before = () => {
      throw new ApiError(404, '', '404 page not found');
    };
    expect(await errorOf([[widget]])).toMatchObject({ kind: 'transient' });
    expect(discovery.invalidated).toEqual(['example.com']);
  });

  it('throws the reason of an abort', async () => {
    const controller = new AbortController();
    const reason = new Error('shutting down');
    api.before = () => controller.abort(reason);
    const waves = [[configMap(), configMap('d')]];
    await expect(applyPlan(deps, request(waves), { signal: controller.signal })).rejects.toBe(reason);
  });

  it('converges with a real cache, whatever was done before', async () => {
    const cache = new ObjectCache();
    deps = {
      ...deps,
      cache: {
        lookup: (ref: ObjectRef) => cache.get(cacheKey(ref.namespace, ref.name)) ?? 'absent',
        store: (object) => void cache.store(object),
      },
    };
    const waves = [Array.from({ length: 40 }, (_, index) => configMap(`c${index}`))];
    expect(new Set(await outcomes(waves))).toEqual(new Set(['Created']));
    expect(api.asked).toHaveLength(40);
    expect(new Set(await outcomes(waves))).toEqual(new Set(['Unchanged']));
    expect(api.asked).toHaveLength(40);
    expect(new Set(await outcomes(waves, { generation: 11 }))).toEqual(new Set(['Configured']));
    expect(api.asked).toHaveLength(80);
  });

  it('remembers by a dry run without writing', async () => {
    const memory = new NormalForms();
    const remembered = await rememberByDryRun({ ...deps, memory }, request([]), configMap());
    expect(remembered).toMatchObject({ plan: 'hash10', generation: '10' });
    expect(api.methods()).toEqual(['PATCH dry']);
    expect(api.objects.size).toBe(0);
    expect(memory.size).toBe(1);
  });
});
