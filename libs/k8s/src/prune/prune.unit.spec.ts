import { ApiError, NetworkError } from '../client/errors';
import { StubApi, StubDiscovery } from '../testing/stub-api.spec';
import { prune, type PruneDeps, type PruneOptions } from './prune';

const PATH = '/api/v1/namespaces/shop/configmaps/c';
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c' };
const managedFields = [{ manager: 'keelson', operation: 'Apply' }];
const object = (application?: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'c',
    namespace: 'shop',
    ...(application ? { labels: { 'keelson.dev/application': application } } : {}),
    managedFields,
    ...metadata,
  },
});

describe('prune', () => {
  let api: StubApi;
  let discovery: StubDiscovery;
  beforeEach(() => {
    api = new StubApi();
    discovery = new StubDiscovery();
  });
  const run = async (change: Partial<PruneOptions> = {}, owed: object = {}) => {
    const [pruned] = await prune({ client: api, discovery }, [{ ref, ...owed }], {
      application: 'shop',
      generation: 10,
      ...change,
    });
    return pruned;
  };

  it('deletes exactly what it read', async () => {
    const live = api.put(PATH, object('shop'));
    expect(await run()).toEqual({ ref, outcome: 'Deleted' });
    expect(api.methods()).toEqual(['GET', 'DELETE']);
    expect(api.asked[1]?.body).toMatchObject({
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion },
    });
  });

  it('finds it gone', async () => {
    expect(await run()).toEqual({ ref, outcome: 'Gone' });
  });

  it.each([
    ['without a label', undefined, /does not carry the label/],
    ["with another application's label", 'bank', /belongs to the application bank/],
  ])('never deletes an object %s', async (_name, application, reason) => {
    const live = api.put(PATH, object(application));
    expect(await run({}, { uid: live.metadata.uid })).toMatchObject({ outcome: 'Kept', reason });
    expect(api.methods()).toEqual(['GET']);
  });

  it('deletes what we applied, whoever wrote its fields last', async () => {
    const live = api.put(
      PATH,
      object('shop', { managedFields: [{ manager: 'kubectl', operation: 'Update' }] }),
    );
    expect(await run({}, { uid: live.metadata.uid })).toMatchObject({ outcome: 'Deleted' });
  });

  it('deletes what we made anew since, and not a namesake of somebody else with a copied label', async () => {
    api.put(PATH, object('shop'));
    expect(await run({}, { uid: 'another' })).toEqual({ ref, outcome: 'Deleted' });
    for (const managedFields of [undefined, [{ manager: 'kubectl', operation: 'Apply' }]]) {
      api.put(PATH, object('shop', { managedFields }));
      expect(await run({}, { uid: 'another' })).toMatchObject({ outcome: 'Kept', reason: /somebody else/ });
    }
  });

  it('saves the GET where a cache shows the object, and believes the cache only as far as the server agrees', async () => {
    const shown = api.put(PATH, object('shop'));
    const cached = (live: any) =>
      prune({ client: api, discovery, cache: { lookup: () => live } }, [{ ref }], {
        application: 'shop',
        generation: 10,
      });
    expect(await cached(shown)).toEqual([{ ref, outcome: 'Deleted' }]);
    expect(api.methods()).toEqual(['DELETE']);
    api.asked.length = 0;
    api.put(PATH, object(undefined));
    expect(await cached(shown)).toMatchObject([{ outcome: 'Kept' }]);
    expect(api.methods()).toEqual(['DELETE', 'GET']);
    api.objects.clear();
    for (const state of ['absent', 'unknown', shown]) {
      expect(await cached(state)).toMatchObject([{ outcome: /Gone|Deleted/ }]);
    }
  });

  it('leaves what a newer generation applied again', async () => {
    api.put(PATH, object('shop', { annotations: { 'keelson.dev/generation': '11' } }));
    expect(await run()).toEqual({ ref, outcome: 'Stale' });
    expect(api.methods()).toEqual(['GET']);
  });

  it('leaves what is applied again just before the DELETE', async () => {
    api.put(PATH, object('shop'));
    api.before = ({ method }) => {
      if (method === 'DELETE')
        api.put(PATH, object('shop', { annotations: { 'keelson.dev/generation': '11' } }));
    };
    expect(await run()).toEqual({ ref, outcome: 'Stale' });
  });

  it('leaves what loses its label just before the DELETE', async () => {
    api.put(PATH, object('shop'));
    api.before = ({ method }) => void (method === 'DELETE' && api.put(PATH, object()));
    expect(await run()).toMatchObject({ outcome: 'Kept' });
  });

  it('waits, names the finalizers, and does not delete twice', async () => {
    api.put(PATH, object('shop', { finalizers: ['a/b'] }));
    expect(await run()).toEqual({ ref, outcome: 'Waiting', finalizers: ['a/b'] });
    expect(await run()).toEqual({ ref, outcome: 'Waiting', finalizers: ['a/b'] });
    expect(api.methods().filter((method) => method === 'DELETE')).toHaveLength(1);
  });

  it('has deleted its own when somebody takes the name at once', async () => {
    api.put(PATH, object('shop', { finalizers: ['a/b'] }));
    api.before = ({ method }) => {
      if (method === 'GET' && api.asked.length === 3) api.put(PATH, object(undefined, { uid: 'new' }));
    };
    expect(await run()).toEqual({ ref, outcome: 'Deleted' });
    expect(api.objects.size).toBe(1);
  });

  it('gives up for now on an object that never holds still', async () => {
    api.put(PATH, object('shop'));
    api.before = ({ method }) => void (method === 'DELETE' && api.put(PATH, object('shop')));
    expect(await run()).toMatchObject({ outcome: 'Failed', error: { kind: 'transient' } });
  });

  it('counts the objects of a kind that is not served as gone', async () => {
    discovery.missing.add('ConfigMap');
    expect(await run()).toEqual({ ref, outcome: 'Gone' });
  });

  it.each([
    ["a proxy's 404", new ApiError(404, '', '<html>no backend</html>'), 'notFound'],
    ['a cluster that does not answer', new NetworkError('refused', 'no'), 'unreachable'],
    ['a refusal', new ApiError(403, 'Forbidden', 'no'), 'terminal'],
  ])('does not take %s for gone', async (_name, error, kind) => {
    api.before = () => {
      throw error;
    };
    expect(await run()).toMatchObject({ outcome: 'Failed', error: { kind } });
  });

  describe('a Namespace', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };
    const path = '/api/v1/namespaces/shop';
    const live = (change: object = {}) =>
      api.put(path, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: 'shop',
          annotations: { 'keelson.dev/created-namespace-for': 'shop' },
          managedFields: [{ manager: 'keelson', operation: 'Apply' }],
          ...change,
        },
      });
    const drop = async (owed: object = {}) => {
      const uid = api.objects.get(path)?.metadata.uid;
      const item = { ref: namespace, ...(uid ? { uid } : {}), created: true, made: true, ...owed };
      const deps = { client: api, discovery, letGo };
      return (await prune(deps, [item], { application: 'shop', generation: 10 }))[0];
    };
    let letGo: PruneDeps['letGo'];
    beforeEach(() => (letGo = undefined));
    const inside = (plural: string, metadata: any) =>
      api.put(`${path}/${plural}/${metadata.name}`, { metadata: { namespace: 'shop', ...metadata } });
    const LABELLED = { labels: { 'keelson.dev/application': 'bank' } };
    const copied = [{ manager: 'kubectl', operation: 'Apply' }];

    it('goes when only what the cluster itself puts there is in it', async () => {
      live();
      inside('configmaps', { name: 'kube-root-ca.crt' });
      const annotations = { 'kubernetes.io/service-account.name': 'default' };
      inside('secrets', { name: 'default-token-x7k2p', annotations });
      inside('widgets', { name: 'child', ownerReferences: [{ kind: 'Widget', name: 'parent' }] });
      expect(await drop()).toMatchObject({ outcome: 'Deleted' });
    });

    it('that another application has taken over keeps the marks of that one', async () => {
      const mark = { 'keelson.dev/generation': '12', 'keelson.dev/created-namespace-for': 'shop' };
      live({ ...LABELLED, annotations: mark });
      expect(await drop()).toMatchObject({ outcome: 'Kept', reason: /belongs to the application bank/ });
      const { labels, annotations } = api.objects.get(path)!.metadata;
      expect([labels, annotations]).toEqual([LABELLED.labels, mark]);
    });

    it.each([
      ['an object that is not of Keelson', 'configmaps', { name: 'mine' }, 'Kept', /ConfigMap shop\/mine/],
      ['a custom resource', 'widgets', { name: 'mine' }, 'Kept', /Widget shop\/mine/],
      [
        'a Secret with a token by hand',
        'secrets',
        { name: 'ci', annotations: {} },
        'Kept',
        /Secret shop\/ci/,
      ],
      [
        'an object of another application',
        'services',
        { name: 'web', ...LABELLED, managedFields },
        'InUse',
        /bank/,
      ],
      [
        'an object to which somebody copied the label',
        'services',
        { name: 'web', ...LABELLED, managedFields: copied },
        'Kept',
        /Service shop\/web is not Keelson's/,
      ],
    ])('stays when it holds %s', async (_name, plural, metadata, outcome, reason) => {
      live();
      inside(plural, metadata);
      expect(await drop()).toMatchObject({ outcome, reason });
      expect(api.objects.has(path)).toBe(true);
    });

    it('that stays for good loses our marks, and nobody deletes it later', async () => {
      live();
      inside('configmaps', { name: 'mine' });
      await drop();
      api.objects.delete(`${path}/configmaps/mine`);
      expect(await drop()).toMatchObject({ outcome: 'Kept', reason: /annotation/ });
      expect(api.objects.get(path)?.metadata.annotations).toEqual({});
    });

    it('stays for good for the sake of what was let go of with its cluster', async () => {
      live();
      const annotations = { 'keelson.dev/generation': '4' };
      inside('services', { name: 'web', ...LABELLED, managedFields, annotations });
      const asked: unknown[] = [];
      letGo = async (objects) => {
        asked.push(...objects);
        return objects[0]?.ref;
      };
      const reason = 'Service shop/web was let go of with its cluster and would go with it';
      expect(await drop()).toMatchObject({ outcome: 'Kept', reason });
      const service = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' };
      expect(asked).toEqual([{ ref: service, application: 'bank', generation: 4 }]);
    });

    it('is not deleted unless every kind could be listed', async () => {
      live();
      api.before = ({ path: asked }) => {
        if (asked.endsWith('/widgets')) throw new ApiError(403, 'Forbidden', 'may not list widgets');
      };
      expect(await drop()).toMatchObject({ outcome: 'Failed', error: { kind: 'terminal' } });
      expect(api.objects.has(path)).toBe(true);
    });

    it.each([
      ['made anew by somebody', {}, { uid: 'the-one-before' }],
      [
        'of the manifests, and there before Keelson',
        { labels: { 'keelson.dev/application': 'shop' } },
        { made: false, created: false },
      ],
      ['that an application took over', { labels: { 'keelson.dev/application': 'bank' } }, {}],
    ])('%s is never deleted', async (_name, metadata, owed) => {
      live(metadata);
      expect(await drop(owed)).toMatchObject({ outcome: 'Kept' });
      expect(api.methods()).not.toContain('DELETE');
    });
  });

  describe('a CustomResourceDefinition', () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: 'widgets.example.com',
    };
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com';
    const widget = (metadata: any) =>
      api.put(`/apis/example.com/v1/namespaces/any/widgets/${metadata.name}`, {
        metadata: { namespace: 'any', ...metadata },
      });
    beforeEach(() =>
      api.put(path, {
        ...object('shop', { name: definition.name, namespace: undefined }),
        apiVersion: definition.apiVersion,
        kind: definition.kind,
        spec: { group: 'example.com', names: { kind: 'Widget' }, versions: [{ name: 'v1', served: true }] },
      }),
    );
    const drop = async () =>
      (
        await prune({ client: api, discovery }, [{ ref: definition }], {
          application: 'shop',
          generation: 10,
        })
      )[0];

    it('goes when no object of its kind is left', async () => {
      expect(await drop()).toMatchObject({ outcome: 'Deleted' });
    });

    it("stays for the sake of somebody's objects, which would go with it", async () => {
      widget({ name: 'mine' });
      expect(await drop()).toMatchObject({ outcome: 'Kept', reason: /Widget any\/mine/ });
      expect(api.objects.get(path)?.metadata.labels).toEqual({});
    });

    it('waits for those of Keelson, and for those that go with their owners', async () => {
      widget({ name: 'ours', labels: { 'keelson.dev/application': 'shop' }, managedFields });
      expect(await drop()).toMatchObject({ outcome: 'InUse', reason: /Widget any\/ours/ });
      api.objects.delete('/apis/example.com/v1/namespaces/any/widgets/ours');
      widget({ name: 'child', ownerReferences: [{ kind: 'Deployment', name: 'parent' }] });
      expect(await drop()).toMatchObject({ outcome: 'InUse', reason: /goes with its owner/ });
    });
  });
});
