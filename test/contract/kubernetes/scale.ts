import { type Body } from './body';
import { JSON_PATCH, MERGE } from './client';
import { type Lazily } from './context';
import { deployment, podTemplate } from './objects';

/** The endpoint by which autoscalers and `kubectl scale` change a count and nothing else. */
export function describeScale(context: Lazily): void {
  describe('the scale subresource', () => {
    let namespace: string;
    const path = (name: string, plural = 'deployments') =>
      `/apis/apps/v1/namespaces/${namespace}/${plural}/${name}`;

    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    /** Without pods: what is looked at is the object. */
    const made = async (name: string, shape: object = { replicas: 0 }): Promise<Body> => {
      const { status, body } = await context().client.apply(path(name), deployment(name, shape));
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body;
    };

    const scaleTo = (name: string, replicas: number) =>
      context().client.request(
        'PATCH',
        `${path(name)}/scale?fieldManager=autoscaler`,
        { spec: { replicas } },
        MERGE,
      );

    it('shows what is wanted, what is there, and the selector as text', async () => {
      const live = await made('shown', {
        replicas: 0,
        spec: {
          selector: {
            matchLabels: { app: 'shown' },
            matchExpressions: [
              { key: 'tier', operator: 'NotIn', values: ['b', 'a'] },
              { key: 'zone', operator: 'DoesNotExist' },
            ],
          },
        },
      });
      const { status, body } = await context().client.get(`${path('shown')}/scale`);
      const { name, uid, resourceVersion, creationTimestamp } = live.metadata;
      expect([status, body.kind, body.apiVersion]).toEqual([200, 'Scale', 'autoscaling/v1']);
      expect(body.metadata).toMatchObject({ name, namespace, uid, creationTimestamp });
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(resourceVersion));
      expect(body.spec).toEqual({});
      expect(body.status).toEqual({ replicas: 0, selector: 'app=shown,tier notin (a,b),!zone' });
    });

    it('is there for Deployments, ReplicaSets and StatefulSets', async () => {
      const template = podTemplate('each');
      const selector = { matchLabels: { app: 'each' } };
      for (const kind of ['Deployment', 'ReplicaSet', 'StatefulSet']) {
        const plural = `${kind.toLowerCase()}s`;
        const spec = {
          replicas: 0,
          selector,
          template,
          ...(kind === 'StatefulSet' ? { serviceName: 'each' } : {}),
        };
        const object = { apiVersion: 'apps/v1', kind, metadata: { name: 'each' }, spec };
        await context().client.apply(path('each', plural), object);
        expect((await context().client.get(`${path('each', plural)}/scale`)).body).toMatchObject({
          kind: 'Scale',
          status: { selector: 'app=each' },
        });
      }
      const { body } = await context().client.get('/apis/apps/v1');
      expect(body.resources.find((each: Body) => each.name === 'deployments/scale')).toMatchObject({
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: expect.arrayContaining(['get', 'patch', 'update']),
      });
      expect((await context().client.get(`${path('each', 'daemonsets')}/scale`)).status).toBe(404);
    });

    it('changes the count by PUT and PATCH, and the generation with it', async () => {
      const { client } = context();
      await made('changed');
      const { metadata } = (await client.get(`${path('changed')}/scale`)).body;
      const put = await client.put(`${path('changed')}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: metadata.name, namespace, uid: metadata.uid },
        spec: { replicas: 2 },
      });
      expect([put.status, put.body.kind, put.body.spec.replicas]).toEqual([200, 'Scale', 2]);
      expect((await scaleTo('changed', 1)).body.spec.replicas).toBe(1);
      const operations = [{ op: 'replace', path: '/spec/replicas', value: 3 }];
      await client.request('PATCH', `${path('changed')}/scale`, operations, JSON_PATCH);
      const { body } = await client.get(path('changed'));
      expect([body.spec.replicas, body.metadata.generation]).toEqual([3, 4]);
    });

    it('refuses an old version, another name, a negative count and what is not there', async () => {
      const { client } = context();
      await made('refused');
      const scale = (await client.get(`${path('refused')}/scale`)).body;
      await scaleTo('refused', 1);
      const stale = await client.put(`${path('refused')}/scale`, { ...scale, spec: { replicas: 2 } });
      expect([stale.status, stale.body.reason]).toEqual([409, 'Conflict']);
      const { resourceVersion: _stale, ...metadata } = scale.metadata;
      const other = { ...scale, metadata: { ...metadata, name: 'other' } };
      expect((await client.put(`${path('refused')}/scale`, other)).status).toBe(400);
      const negative = await scaleTo('refused', -1);
      expect([negative.status, negative.body.details.causes[0].field]).toEqual([422, 'spec.replicas']);
      expect(negative.body.message).toContain('Scale.autoscaling "refused" is invalid');
      expect((await client.get(`${path('nobody')}/scale`)).status).toBe(404);
      expect((await client.post(`${path('refused')}/scale`, scale)).status).toBe(405);
      expect((await client.get(path('refused'))).body.spec.replicas).toBe(1);
    });

    it('writes nothing when it is dry', async () => {
      await made('dry');
      const dry = await context().client.merge(`${path('dry')}/scale?dryRun=All`, { spec: { replicas: 4 } });
      expect([dry.status, dry.body.spec.replicas]).toEqual([200, 4]);
      expect((await context().client.get(path('dry'))).body.spec.replicas).toBe(0);
    });

    describe('beside a manager that applies', () => {
      const apply = (name: string, shape: object, force = false) =>
        context().client.apply(path(name), deployment(name, shape), { force });

      it('is not undone by applies that never said a count', async () => {
        await made('unsaid', { spec: { paused: true } });
        await scaleTo('unsaid', 0);
        for (const image of ['registry.example/app:2', 'registry.example/app:3']) {
          const { body } = await apply('unsaid', { image, spec: { paused: true } }, true);
          expect(body.spec.replicas).toBe(0);
        }
      });

      /**
       * Only since 1.22 does a write by `scale` move the field to its writer. Before, the manager that once
       * applied a count still owns it, and giving it up takes the count away: the default of 1 comes back.
       */
      it('loses to a manager that gives up a count it still owns', async () => {
        await made('given-up', { replicas: 4, spec: { paused: true } });
        await scaleTo('given-up', 3);
        const { body } = await context().client.get(path('given-up'));
        const isTracked = body.metadata.managedFields.some((each: Body) => each.manager === 'autoscaler');
        const after = await apply('given-up', { spec: { paused: true } });
        expect(after.body.spec.replicas).toBe(isTracked ? 3 : 1);
      });

      it('keeps a count that a second manager holds while the first gives it up', async () => {
        await made('handed-over', { replicas: 4, spec: { paused: true } });
        const count = {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'handed-over' },
          spec: { replicas: 4 },
        };
        await context().client.apply(path('handed-over'), count, { manager: 'two' });
        const { body } = await apply('handed-over', { spec: { paused: true } });
        expect(body.spec.replicas).toBe(4);
        await scaleTo('handed-over', 2);
        const later = await apply('handed-over', { image: 'registry.example/app:2', spec: { paused: true } });
        expect(later.body.spec.replicas).toBe(2);
      });
    });
  });
}
