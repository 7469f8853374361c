import { type Body } from './body';
import { type Lazily } from './context';
import { until } from './until';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 9 },
        colour: { type: 'string', enum: ['red', 'blue'] },
        tags: { type: 'array', items: { type: 'string' } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        level: { type: 'integer', default: 3 },
      },
    },
    status: { type: 'object', properties: { seen: { type: 'integer' } } },
  },
};

export function describeCustomResources(context: Lazily): void {
  describe('custom resources', () => {
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    let namespace: string;
    let group: string;
    const widgets = () => `/apis/${group}/v1/namespaces/${namespace}/widgets`;
    const widget = (name: string, spec: object, metadata: object = {}) => ({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name, ...metadata },
      spec,
    });

    beforeAll(async () => {
      namespace = await context().namespace();
      group = `${context().unique('contract')}.example.com`;
    }, 60_000);

    afterAll(async () => {
      await context().client.delete(`${crds}/widgets.${group}`);
    });

    it('are served once their definition is Established', async () => {
      const { client } = context();
      const versions = [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
        },
      ];
      const definition = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `widgets.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
          versions,
        },
      };
      expect((await client.apply(`${crds}/widgets.${group}`, definition)).status).toBe(201);
      const { body } = await until(
        'the CRD to be Established',
        () => client.get(`${crds}/widgets.${group}`),
        (answer) =>
          (answer.body.status?.conditions ?? []).some(
            (each: Body) => each.type === 'Established' && each.status === 'True',
          ),
      );
      expect(body.status.acceptedNames).toMatchObject({
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
      });
      expect(body.status.storedVersions).toEqual(['v1']);
      const { body: list } = await until(
        'discovery of the widgets',
        () => client.get(`/apis/${group}/v1`),
        (answer) => answer.status === 200,
      );
      expect(list.resources.find((each: Body) => each.name === 'widgets')).toMatchObject({
        kind: 'Widget',
        namespaced: true,
        shortNames: ['wd'],
      });
      // The handler of the objects comes a moment after discovery.
      await until(
        'the widgets',
        () => client.get(widgets()),
        (answer) => answer.status === 200,
      );
    }, 90_000);

    it('have no watch from before they were served', async () => {
      const watch = await context().client.watch(widgets(), 'resourceVersion=1&timeoutSeconds=5');
      const [first] = watch.status === 410 ? [{ type: 'ERROR', object: { code: 410 } }] : await watch.drain();
      expect(first).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    });

    it('are pruned and defaulted by their schema', async () => {
      const { client } = context();
      const { status, body } = await client.post(widgets(), widget('pruned', { size: 1, unknown: true }));
      expect([status, body.spec]).toEqual([201, { size: 1, level: 3 }]);
      expect(body.metadata.generation).toBe(1);
    });

    it.each([
      ['a missing field', {}, 'spec.size'],
      ['a wrong type', { size: 'big' }, 'spec.size'],
      ['a value below the minimum', { size: 0 }, 'spec.size'],
      ['a value that is not of the enumeration', { size: 1, colour: 'green' }, 'spec.colour'],
    ])('are refused for %s', async (_what, spec, field) => {
      const { status, body } = await context().client.post(widgets(), widget('refused', spec));
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.details.causes.map((cause: Body) => cause.field)).toContain(field);
    });

    it('are refused with a plain error where an apply does not fit the schema', async () => {
      const { client } = context();
      for (const spec of [{ size: 1, unknown: true }, { size: 'big' }]) {
        const { status, body } = await client.apply(`${widgets()}/unfit`, widget('unfit', spec));
        expect([status, body.kind, body.reason]).toEqual([500, 'Status', undefined]);
        expect(body.message).toContain('failed to create typed patch object');
      }
    });

    it('merge maps by key and replace lists when applied', async () => {
      const { client } = context();
      const path = `${widgets()}/merged`;
      await client.apply(path, widget('merged', { size: 1, tags: ['a', 'b'], labels: { x: '1' } }));
      const partial = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'merged' } };
      const other = { ...partial, spec: { labels: { y: '2' } } };
      expect((await client.apply(path, other, { manager: 'two' })).status).toBe(200);
      const { body } = await client.apply(
        path,
        widget('merged', { size: 1, tags: ['c'], labels: { x: '1' } }),
      );
      expect(body.spec).toMatchObject({ size: 1, tags: ['c'], labels: { x: '1', y: '2' } });
      const listed = { ...partial, spec: { tags: ['d'] } };
      const conflict = await client.apply(path, listed, { manager: 'two' });
      expect([conflict.status, conflict.body.details.causes[0].field]).toEqual([409, '.spec.tags']);
    });

    it('keep status and spec apart', async () => {
      const { client } = context();
      const path = `${widgets()}/parted`;
      const { body } = await client.post(widgets(), {
        ...widget('parted', { size: 1 }),
        status: { seen: 9 },
      });
      expect(body.status).toBeUndefined();
      const reported = await client.merge(`${path}/status`, { spec: { size: 5 }, status: { seen: 4 } });
      expect(reported.body).toMatchObject({ spec: { size: 1 }, status: { seen: 4 } });
      const resized = await client.merge(path, { spec: { size: 2 }, status: { seen: 7 } });
      expect(resized.body).toMatchObject({ spec: { size: 2 }, status: { seen: 4 } });
      expect([reported, resized].map((answer) => answer.body.metadata.generation)).toEqual([1, 2]);
    });

    it('need a resourceVersion to be replaced, and take no strategic merge', async () => {
      const { client } = context();
      const { body } = await client.post(widgets(), widget('strict', { size: 1 }));
      expect((await client.put(`${widgets()}/strict`, widget('strict', { size: 2 }))).status).toBe(422);
      expect((await client.put(`${widgets()}/strict`, { ...body, spec: { size: 2 } })).status).toBe(200);
      const patch = { spec: { size: 3 } };
      const strategic = 'application/strategic-merge-patch+json';
      expect((await client.request('PATCH', `${widgets()}/strict`, patch, strategic)).status).toBe(415);
      expect((await client.request('PATCH', `${widgets()}/none`, patch, strategic)).status).toBe(415);
    });

    it('are watched like any other', async () => {
      const { client } = context();
      const { body } = await client.get(widgets());
      const watch = await client.watch(widgets(), `resourceVersion=${body.metadata.resourceVersion}`);
      await client.post(widgets(), widget('watched', { size: 1 }));
      await client.delete(`${widgets()}/watched`);
      expect(await watch.take(2)).toEqual(['ADDED watched', 'DELETED watched']);
      watch.close();
    });

    it('go with their definition, which waits for their finalizers', async () => {
      const { client } = context();
      const crd = `${crds}/widgets.${group}`;
      await client.post(widgets(), widget('held', { size: 1 }, { finalizers: ['example.com/hold'] }));
      expect((await client.delete(crd)).status).toBe(200);
      await until(
        'the widget to be marked',
        () => client.get(`${widgets()}/held`),
        ({ body }) => body.metadata.deletionTimestamp !== undefined,
      );
      expect((await client.get(crd)).body.metadata.deletionTimestamp).toBeTruthy();
      await client.merge(`${widgets()}/held`, { metadata: { finalizers: null } });
      await until(
        'the CRD to be gone',
        () => client.get(crd),
        ({ status }) => status === 404,
      );
      await until(
        'the widgets to be gone',
        () => client.get(widgets()),
        ({ status }) => status === 404,
      );
    }, 90_000);
  });
}
