import { type Body } from './body';
import { APPLY } from './client';
import { type Lazily } from './context';
import { configMap, deployment, service } from './objects';

export function describeApply(context: Lazily): void {
  describe('server-side apply', () => {
    let namespace: string;
    const map = (name: string) => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const deploymentPath = (name: string) => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;

    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    it('creates with 201, then changes with 200', async () => {
      const { client } = context();
      expect((await client.apply(map('made'), configMap('made', { a: '1' }))).status).toBe(201);
      const { status, body } = await client.apply(map('made'), configMap('made', { a: '2' }));
      expect([status, body.data]).toEqual([200, { a: '2' }]);
    });

    it('reads YAML', async () => {
      const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n';
      const { status, body } = await context().client.request(
        'PATCH',
        `${map('yaml')}?fieldManager=one`,
        yaml,
        APPLY,
      );
      expect([status, body.data]).toEqual([201, { a: '1' }]);
    });

    it('writes nothing when nothing changes', async () => {
      const { client } = context();
      const object = deployment('same', { replicas: 0 });
      await client.apply(deploymentPath('same'), object);
      const listed = async () => (await client.get(map(''))).body.metadata?.resourceVersion;
      await listed();
      const before = (await client.apply(deploymentPath('same'), object)).body;
      const after = (await client.apply(deploymentPath('same'), object)).body;
      // The controllers may write the status in between, but the wanted state and its generation stay.
      expect(after.metadata.generation).toBe(1);
      expect(after.spec).toEqual(before.spec);

      const first = (await client.apply(map('same'), configMap('same', { a: '1' }))).body;
      const second = (await client.apply(map('same'), configMap('same', { a: '1' }), { force: true })).body;
      expect(second).toEqual(first);
    });

    it('takes a resourceVersion in the body as a precondition', async () => {
      const { client } = context();
      const { body } = await client.apply(map('fenced'), configMap('fenced', { a: '1' }));
      const { resourceVersion } = body.metadata;
      const fenced = (data: Record<string, string>) => configMap('fenced', data, { resourceVersion });
      expect((await client.apply(map('fenced'), fenced({ a: '2' }))).status).toBe(200);
      expect(await client.apply(map('fenced'), fenced({ a: '3' }), { force: true })).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          message: expect.stringContaining(
            'the object has been modified; please apply your changes to the latest version and try again',
          ),
        },
      });
      expect((await client.get(map('fenced'))).body.data).toEqual({ a: '2' });
    });

    it('creates nothing under the uid of another object', async () => {
      const { client } = context();
      const uid = '00000000-0000-4000-8000-000000000000';
      const { status } = await client.apply(map('ghost'), configMap('ghost', {}, { uid }));
      expect(status).toBe(409);
      expect((await client.get(map('ghost'))).status).toBe(404);
    });

    it('refuses what it cannot take', async () => {
      const { client } = context();
      const unmanaged = await client.request('PATCH', map('bad'), configMap('bad', {}), APPLY);
      expect(unmanaged.status).toBe(422);
      expect((await client.apply(map('bad'), configMap('other', {}))).status).toBe(400);
      const managed = configMap('bad', {}, { managedFields: [{ manager: 'x' }] });
      expect((await client.apply(map('bad'), managed)).status).toBe(400);
      const invalid = deployment('bad', { replicas: -1 });
      expect(await client.apply(deploymentPath('bad'), invalid)).toMatchObject({
        status: 422,
        body: { reason: 'Invalid' },
      });
      expect((await client.get(map('bad'))).status).toBe(404);
      expect((await client.get(deploymentPath('bad'))).status).toBe(404);
    });

    it('refuses what does not fit the type, or says an item twice', async () => {
      const { client } = context();
      const number = { ...configMap('typed', {}), data: { a: 1 } };
      const typed = await client.apply(map('typed'), number);
      expect(typed.status).toBeGreaterThanOrEqual(400);
      expect(typed.body.message).toContain('.data.a: expected string');
      const twice = deployment('twice', { replicas: 0 });
      twice.spec.template.spec.containers.push({ name: 'main', image: 'registry.example/app:2' });
      const repeated = await client.apply(deploymentPath('twice'), twice);
      expect(repeated.status).toBeGreaterThanOrEqual(400);
      expect(repeated.body.message).toContain('duplicate entries for key [name="main"]');
    });

    it('shows in a dry run what it would do', async () => {
      const { client } = context();
      const created = await client.apply(deploymentPath('dry'), deployment('dry'), { dryRun: true });
      expect([created.status, created.body.spec.replicas]).toEqual([201, 1]);
      expect((await client.get(deploymentPath('dry'))).status).toBe(404);

      await client.apply(map('dry'), configMap('dry', { a: '1', b: '2' }));
      const edited = await client.merge(`${map('dry')}?fieldManager=hand`, { data: { a: 'x', c: 'y' } });
      const { body } = await client.apply(map('dry'), configMap('dry', { a: '1', b: '2' }), {
        force: true,
        dryRun: true,
      });
      // Our values and the foreign extra: compared with the live object, an exact test for drift.
      expect(body.data).toEqual({ a: '1', b: '2', c: 'y' });
      expect((await client.get(map('dry'))).body).toEqual(edited.body);
    });

    it('merges keyed lists of two managers', async () => {
      const { client } = context();
      const containers = (...list: object[]) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'lists' },
        spec: { template: { spec: { containers: list } } },
      });
      const path = deploymentPath('lists');
      await client.apply(path, deployment('lists', { replicas: 0 }));
      await client.apply(path, containers({ name: 'side', image: 's:1', env: [{ name: 'A', value: '1' }] }), {
        manager: 'two',
      });
      const own = deployment('lists', { replicas: 0, image: 'registry.example/app:2' });
      const { body } = await client.apply(path, own);
      const images = (object: Body) =>
        Object.fromEntries(object.spec.template.spec.containers.map((each: Body) => [each.name, each.image]));
      expect(images(body)).toEqual({ main: 'registry.example/app:2', side: 's:1' });
      const { status, body: left } = await client.apply(path, containers(), { manager: 'two' });
      expect([status, images(left)]).toEqual([200, { main: 'registry.example/app:2' }]);
    });

    it('tells the ports of a Service apart by number and protocol', async () => {
      const { client } = context();
      const path = `/api/v1/namespaces/${namespace}/services/ports`;
      const port = (name: string, number: number, protocol: string) => ({ name, port: number, protocol });
      await client.apply(path, service('ports', [port('dns', 53, 'TCP'), port('udp', 53, 'UDP')]));
      const { body } = await client.apply(
        path,
        service('ports', [port('web', 80, 'TCP'), port('udp', 53, 'UDP')]),
      );
      const names = body.spec.ports.map((each: Body) => each.name);
      expect(names.sort()).toEqual(['udp', 'web']);
    });

    it('brings a default back when a field is no longer applied', async () => {
      const { client } = context();
      const path = deploymentPath('defaulted');
      await client.apply(path, deployment('defaulted', { replicas: 0, spec: { revisionHistoryLimit: 3 } }));
      const { body } = await client.apply(path, deployment('defaulted', { replicas: 0 }));
      expect(body.spec.revisionHistoryLimit).toBe(10);
    });
  });
}
