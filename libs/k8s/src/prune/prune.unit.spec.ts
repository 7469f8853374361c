import { ApiError, NetworkError } from '../client/errors';
import { StubApi, StubDiscovery } from '../testing/stub-api.spec';
import { prune, type PruneOptions } from './prune';

const PATH = '/api/v1/namespaces/shop/configmaps/c';
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c' };
const object = (application?: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'c',
    namespace: 'shop',
    ...(application ? { labels: { 'keelson.dev/application': application } } : {}),
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

  it('deletes exactly what it read, and believes only a 404', async () => {
    const live = api.put(PATH, object('shop'));
    expect(await run()).toEqual({ ref, outcome: 'Deleted' });
    expect(api.methods()).toEqual(['GET', 'DELETE', 'GET']);
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
    ['without a label', undefined],
    ["with another application's label", 'bank'],
  ])('never deletes an object %s', async (_name, application) => {
    const live = api.put(PATH, object(application));
    expect(await run({}, { uid: live.metadata.uid })).toEqual({ ref, outcome: 'NotOurs' });
    expect(api.methods()).toEqual(['GET']);
  });

  it('deletes a namesake that carries our label, by its live uid', async () => {
    api.put(PATH, object('shop'));
    expect(await run({}, { uid: 'another' })).toEqual({ ref, outcome: 'Deleted' });
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
    expect(await run()).toEqual({ ref, outcome: 'NotOurs' });
  });

  it('waits, names the finalizers, and does not delete twice', async () => {
    api.put(PATH, object('shop', { finalizers: ['a/b'] }));
    expect(await run()).toEqual({ ref, outcome: 'Waiting', finalizers: ['a/b'] });
    expect(await run()).toEqual({ ref, outcome: 'Waiting', finalizers: ['a/b'] });
    expect(api.methods().filter((method) => method === 'DELETE')).toHaveLength(1);
  });

  it('has deleted its own when somebody takes the name at once', async () => {
    api.put(PATH, object('shop'));
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
});
