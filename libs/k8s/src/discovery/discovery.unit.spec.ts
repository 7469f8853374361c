import { ApiError } from '../client/errors';
import { Discovery, UnknownKindError } from './discovery';
import { collectionPath, objectPath, placedRef } from './resource';

const list = (...resources: [name: string, kind: string, namespaced: boolean][]) => ({
  kind: 'APIResourceList',
  resources: resources.map(([name, kind, namespaced]) => ({ name, kind, namespaced })),
});
const groups = (...versions: string[]) => ({
  kind: 'APIGroupList',
  groups: versions.map((groupVersion) => ({
    name: groupVersion.split('/')[0],
    versions: [{ groupVersion }],
  })),
});

class Server {
  asked: string[] = [];
  constructor(public answers: Record<string, unknown>) {}
  request = async <T>(_method: string, path: string): Promise<T> => {
    this.asked.push(path);
    const answer = this.answers[path];
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw new ApiError(404, '', '404 page not found');
    return answer as T;
  };
}

describe('Discovery', () => {
  it('resolves a kind, once for all that ask', async () => {
    const server = new Server({
      '/api/v1': list(['pods', 'Pod', true], ['pods/eviction', 'Eviction', true], ['nodes', 'Node', false]),
    });
    const discovery = new Discovery(server);
    const [pod, node] = await Promise.all([discovery.resolve('v1', 'Pod'), discovery.resolve('v1', 'Node')]);
    expect(pod).toEqual({
      group: '',
      version: 'v1',
      apiVersion: 'v1',
      kind: 'Pod',
      plural: 'pods',
      namespaced: true,
    });
    expect(node.namespaced).toBe(false);
    await expect(discovery.resolve('v1', 'Eviction')).rejects.toThrow(UnknownKindError);
    expect(server.asked).toEqual(['/api/v1', '/api/v1']);
  });

  it('resolves to the version that the server has, and tells', async () => {
    const server = new Server({
      '/apis': groups('apps/v1', 'policy/v1beta1'),
      '/apis/policy/v1beta1': list(['poddisruptionbudgets', 'PodDisruptionBudget', true]),
    });
    await expect(new Discovery(server).resolve('policy/v1', 'PodDisruptionBudget')).resolves.toMatchObject({
      apiVersion: 'policy/v1beta1',
      insteadOf: 'policy/v1',
    });
  });

  it('prefers the newest version of the same major to what the server prefers', async () => {
    const versions = ['autoscaling/v1', 'autoscaling/v2beta1', 'autoscaling/v2beta2'];
    const hpa = list(['horizontalpodautoscalers', 'HorizontalPodAutoscaler', true]);
    const server = new Server({
      '/apis': {
        kind: 'APIGroupList',
        groups: [{ name: 'autoscaling', versions: versions.map((groupVersion) => ({ groupVersion })) }],
      },
      ...Object.fromEntries(versions.map((version) => [`/apis/${version}`, hpa])),
    });
    await expect(
      new Discovery(server).resolve('autoscaling/v2', 'HorizontalPodAutoscaler'),
    ).resolves.toMatchObject({ apiVersion: 'autoscaling/v2beta2' });
  });

  it('asks again for a kind that it did not know', async () => {
    const server = new Server({ '/apis': groups('example.com/v1'), '/apis/example.com/v1': list() });
    const discovery = new Discovery(server);
    await expect(discovery.resolve('example.com/v1', 'Widget')).rejects.toThrow(UnknownKindError);
    server.answers['/apis/example.com/v1'] = list(['widgets', 'Widget', true]);
    await expect(discovery.resolve('example.com/v1', 'Widget')).resolves.toMatchObject({ plural: 'widgets' });
  });

  it.each([
    ['the groups cannot be listed', new ApiError(404, '', 'a proxy without its backend')],
    ['the list is a page of somebody else', { hello: 'world' }],
    ['the version is announced and not served', groups('example.com/v1')],
  ])('does not call a kind unknown when %s', async (_name, apis) => {
    const discovery = new Discovery(new Server({ '/apis': apis }));
    const error: unknown = await discovery
      .resolve('example.com/v1', 'Widget')
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(UnknownKindError);
  });

  it('keeps no failure', async () => {
    const server = new Server({ '/api/v1': new ApiError(503, '', 'starting') });
    const discovery = new Discovery(server);
    await expect(discovery.resolve('v1', 'Pod')).rejects.toThrow('starting');
    server.answers['/api/v1'] = list(['pods', 'Pod', true]);
    await expect(discovery.resolve('v1', 'Pod')).resolves.toMatchObject({ plural: 'pods' });
  });
});

describe('paths', () => {
  const role = {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
  };
  const pod = { group: '', version: 'v1', apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

  it('are built from the resource', () => {
    expect(collectionPath(pod)).toBe('/api/v1/pods');
    expect(objectPath(pod, { namespace: 'a', name: 'b' }, 'eviction')).toBe(
      '/api/v1/namespaces/a/pods/b/eviction',
    );
    expect(objectPath(role, { namespace: 'a', name: 'system:x/y' })).toBe(
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Ax%2Fy',
    );
  });

  it('follow the scope of the kind', () => {
    const ref = { apiVersion: 'v1', kind: 'Pod', name: 'p' };
    expect(placedRef(pod, ref, 'shop')).toEqual({ ...ref, namespace: 'shop' });
    expect(placedRef(role, { ...ref, namespace: 'shop' })).toEqual({
      apiVersion: role.apiVersion,
      kind: 'ClusterRole',
      name: 'p',
    });
  });
});
