import { type Body } from './body';
import { type Lazily } from './context';

export function describeDiscovery(context: Lazily): void {
  describe('discovery', () => {
    const get = async (path: string): Promise<Body> => {
      const { status, body } = await context().client.get(path);
      expect(status).toBe(200);
      return body;
    };
    const resource = (list: Body, name: string): Body =>
      list.resources.find((each: Body) => each.name === name);

    it('tells its version', async () => {
      expect(await get('/version')).toMatchObject({
        major: expect.stringMatching(/^\d+$/),
        minor: expect.stringMatching(/^\d+\+?$/),
        gitVersion: expect.stringMatching(/^v\d+\.\d+\.\d+/),
      });
    });

    it('says that it is ready', async () => {
      expect(await get('/readyz')).toBe('ok');
    });

    it('lists the core versions and the groups', async () => {
      expect(await get('/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
      const { kind, groups } = await get('/apis');
      expect(kind).toBe('APIGroupList');
      expect(groups.find((group: Body) => group.name === 'apps')).toMatchObject({
        versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
        preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
      });
      expect(await get('/apis/apps')).toMatchObject({ kind: 'APIGroup', name: 'apps' });
    });

    it('describes the resources of a version', async () => {
      const core = await get('/api/v1');
      expect(core).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
      expect(resource(core, 'configmaps')).toMatchObject({ kind: 'ConfigMap', namespaced: true });
      expect(resource(core, 'namespaces')).toMatchObject({ kind: 'Namespace', namespaced: false });
      for (const verb of ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']) {
        expect(resource(core, 'configmaps').verbs).toContain(verb);
      }
      const apps = await get('/apis/apps/v1');
      expect(resource(apps, 'deployments')).toMatchObject({ kind: 'Deployment', shortNames: ['deploy'] });
      expect(resource(apps, 'deployments/status')).toMatchObject({ kind: 'Deployment', namespaced: true });
    });

    it.each([
      ['apps', ['deployments', 'replicasets', 'statefulsets', 'daemonsets']],
      ['batch', ['jobs']],
      ['policy', ['poddisruptionbudgets']],
      ['autoscaling', ['horizontalpodautoscalers']],
      ['networking.k8s.io', ['ingresses', 'networkpolicies']],
      ['rbac.authorization.k8s.io', ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']],
      ['apiextensions.k8s.io', ['customresourcedefinitions']],
      ['coordination.k8s.io', ['leases']],
    ])('serves %s in some version', async (group, resources) => {
      const { versions } = await get(`/apis/${group}`);
      const served = await Promise.all(versions.map((each: Body) => get(`/apis/${each.groupVersion}`)));
      const names = served.flatMap((list: Body) => list.resources.map((each: Body) => each.name));
      for (const name of resources) expect(names).toContain(name);
    });

    it('knows nothing of what is not served', async () => {
      for (const path of ['/apis/none.example.com', '/apis/none.example.com/v1', '/api/v1/nothings']) {
        expect((await context().client.get(path)).status).toBe(404);
      }
    });
  });
}
