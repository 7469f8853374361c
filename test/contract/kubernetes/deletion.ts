import { type Body } from './body';
import { type Lazily } from './context';
import { configMap } from './objects';
import { until } from './until';

export function describeDeletion(context: Lazily): void {
  describe('delete', () => {
    let namespace: string;
    const maps = () => `/api/v1/namespaces/${namespace}/configmaps`;
    const gone = (path: string) =>
      until(
        `${path} to be gone`,
        () => context().client.get(path),
        ({ status }) => status === 404,
      );

    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    it('removes an object at once, and knows it no more', async () => {
      const { client } = context();
      await client.post(maps(), configMap('plain', {}));
      expect((await client.delete(`${maps()}/plain`)).status).toBe(200);
      expect((await client.get(`${maps()}/plain`)).status).toBe(404);
      expect(await client.delete(`${maps()}/plain`)).toMatchObject({
        status: 404,
        body: { reason: 'NotFound' },
      });
    });

    it('keeps to its preconditions', async () => {
      const { client } = context();
      const { body } = await client.post(maps(), configMap('guarded', {}));
      const { uid, resourceVersion } = body.metadata;
      for (const preconditions of [
        { uid: '00000000-0000-4000-8000-000000000000' },
        { uid, resourceVersion: '1' },
      ]) {
        expect(await client.delete(`${maps()}/guarded`, { preconditions })).toMatchObject({
          status: 409,
          body: { reason: 'Conflict' },
        });
      }
      const preconditions = { uid, resourceVersion };
      expect((await client.delete(`${maps()}/guarded`, { preconditions })).status).toBe(200);
    });

    it('only marks what a finalizer holds, until the finalizer goes', async () => {
      const { client } = context();
      const path = `${maps()}/held`;
      await client.post(maps(), configMap('held', {}, { finalizers: ['example.com/hold'] }));
      const { status, body } = await client.delete(path);
      expect(status).toBe(200);
      expect(
        body.metadata?.deletionTimestamp ?? (await client.get(path)).body.metadata.deletionTimestamp,
      ).toBeTruthy();
      // It can still be written, and a second delete changes nothing.
      expect((await client.merge(path, { data: { a: '1' } })).status).toBe(200);
      expect((await client.delete(path)).status).toBe(200);
      expect((await client.merge(path, { metadata: { finalizers: null } })).status).toBe(200);
      expect((await client.get(path)).status).toBe(404);
    });

    it('an apply to an object that is being deleted does not revive it', async () => {
      const { client } = context();
      const path = `${maps()}/dying`;
      await client.post(maps(), configMap('dying', {}, { finalizers: ['example.com/hold'] }));
      await client.delete(path);
      const { status, body } = await client.apply(path, configMap('dying', { a: '1' }), { force: true });
      expect([status, typeof body.metadata.deletionTimestamp]).toEqual([200, 'string']);
      await client.merge(path, { metadata: { finalizers: null } });
      expect((await client.get(path)).status).toBe(404);
    });

    const owned = (name: string, owner: Body) =>
      configMap(
        name,
        {},
        {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid },
          ],
        },
      );

    it('takes dependents along, or leaves them as orphans', async () => {
      const { client, target } = context();
      if (!target.controllers) return;
      const owners = await Promise.all(
        ['background', 'foreground', 'orphaning'].map(async (name) => {
          const { body } = await client.post(maps(), configMap(name, {}));
          await client.post(maps(), owned(`of-${name}`, body));
          return body;
        }),
      );
      expect(owners).toHaveLength(3);
      await client.delete(`${maps()}/background`);
      await client.delete(`${maps()}/foreground`, { propagationPolicy: 'Foreground' });
      await client.delete(`${maps()}/orphaning`, { propagationPolicy: 'Orphan' });
      await gone(`${maps()}/of-background`);
      await gone(`${maps()}/of-foreground`);
      await gone(`${maps()}/foreground`);
      await gone(`${maps()}/orphaning`);
      const { status, body } = await client.get(`${maps()}/of-orphaning`);
      expect([status, body.metadata.ownerReferences]).toEqual([200, undefined]);
    });

    it('empties a Namespace before it goes, and lets nothing new in', async () => {
      const { client, target } = context();
      if (!target.controllers) return;
      const name = await context().namespace();
      const inside = `/api/v1/namespaces/${name}/configmaps`;
      await client.post(inside, configMap('held', {}, { finalizers: ['example.com/hold'] }));
      expect((await client.delete(`/api/v1/namespaces/${name}`)).status).toBe(200);
      const { body } = await client.get(`/api/v1/namespaces/${name}`);
      expect(body).toMatchObject({
        metadata: { deletionTimestamp: expect.any(String) },
        status: { phase: 'Terminating' },
      });
      expect(await client.post(inside, configMap('late', {}))).toMatchObject({
        status: 403,
        body: { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } },
      });
      await until(
        'the content to be marked',
        () => client.get(`${inside}/held`),
        (answer) => answer.body.metadata?.deletionTimestamp !== undefined,
      );
      await client.merge(`${inside}/held`, { metadata: { finalizers: null } });
      await gone(`/api/v1/namespaces/${name}`);
    }, 90_000);
  });
}
