import { type Body } from './body';
import { JSON_PATCH, STRATEGIC } from './client';
import { type Lazily } from './context';
import { configMap, deployment, podTemplate, service } from './objects';

const FOREIGN = '00000000-0000-4000-8000-000000000000';

/** What test/kubernetes/differential.spec.ts once found that the simulator did in another way, one case for each. */
export function describeExactness(context: Lazily): void {
  describe('in small things', () => {
    let namespace: string;
    const maps = () => `/api/v1/namespaces/${namespace}/configmaps`;
    const map = (name: string) => `${maps()}/${name}`;
    /** Once each: a server may find a field wrong twice. */
    const fields = ({ body }: { body: Body }): string[] => [
      ...new Set<string>(body.details.causes.map(({ reason, field }: Body) => `${reason} ${field}`)),
    ];
    const owned = (object: Body, manager: string): Body =>
      object.metadata.managedFields.find((each: Body) => each.manager === manager)?.fieldsV1;

    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    it('items of a list do not say their kind', async () => {
      const { client } = context();
      await client.post(maps(), configMap('listed', {}));
      const { body } = await client.get(`${maps()}?fieldSelector=metadata.name%3Dlisted`);
      expect([body.kind, body.items.length]).toEqual(['ConfigMapList', 1]);
      expect(Object.keys(body.items[0])).toEqual(['metadata']);
    });

    it('a uid is a precondition of PUT and a fixed field of an apply', async () => {
      const { client } = context();
      const foreign = configMap('identity', {}, { uid: FOREIGN });
      expect((await client.put(map('identity'), foreign)).status).toBe(409);
      await client.post(maps(), configMap('identity', {}));
      expect((await client.put(map('identity'), foreign)).status).toBe(409);
      const applied = await client.apply(map('identity'), foreign, { force: true });
      expect([applied.status, fields(applied)]).toEqual([422, ['FieldValueInvalid metadata.uid']]);
    });

    it('a PodDisruptionBudget is replaced only under its version', async () => {
      const { client } = context();
      const version = (await client.get('/apis/policy/v1')).status === 200 ? 'v1' : 'v1beta1';
      const budgets = `/apis/policy/${version}/namespaces/${namespace}/poddisruptionbudgets`;
      const budget = {
        apiVersion: `policy/${version}`,
        kind: 'PodDisruptionBudget',
        metadata: { name: 'budget' },
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'none' } } },
      };
      await client.post(budgets, budget);
      const replaced = await client.put(`${budgets}/budget`, budget);
      expect([replaced.status, fields(replaced)]).toEqual([
        422,
        ['FieldValueInvalid metadata.resourceVersion'],
      ]);
    });

    it('the options of a DELETE are those of its body, where it has one', async () => {
      const { client } = context();
      await client.post(maps(), configMap('dry', {}));
      expect((await client.delete(`${map('dry')}?dryRun=All`)).status).toBe(200);
      expect((await client.delete(map('dry'), { dryRun: ['All'] })).status).toBe(200);
      expect((await client.get(map('dry'))).status).toBe(200);
      await client.delete(`${map('dry')}?dryRun=All`, { propagationPolicy: 'Background' });
      expect((await client.get(map('dry'))).status).toBe(404);
    });

    it('the mark of a deletion is a new generation, after which no finalizer is added', async () => {
      const { client } = context();
      const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      const held = deployment('marked', { replicas: 0, spec: { paused: true } });
      const finalizers = ['example.com/hold'];
      await client.post(deployments, { ...held, metadata: { ...held.metadata, finalizers } });
      await client.delete(`${deployments}/marked`);
      const { body } = await client.get(`${deployments}/marked`);
      expect(body.metadata.generation).toBe(2);
      const more = { metadata: { finalizers: [...finalizers, 'example.com/more'] } };
      const refused = await client.merge(`${deployments}/marked`, more);
      expect([refused.status, fields(refused)]).toEqual([422, ['FieldValueForbidden metadata.finalizers']]);
      await client.merge(`${deployments}/marked`, { metadata: { finalizers: null } });
    });

    it('who applies an empty list owns nothing of it, and it is not kept', async () => {
      const { client } = context();
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/empty`;
      const template = podTemplate('empty');
      Object.assign(template.spec.containers[0] ?? {}, { env: [], ports: [] });
      const { body } = await client.apply(path, deployment('empty', { replicas: 0, spec: { template } }));
      const [container] = body.spec.template.spec.containers;
      expect([container.env, container.ports]).toEqual([undefined, undefined]);
      const { 'f:containers': containers } = owned(body, 'one')['f:spec']['f:template']['f:spec'];
      expect(containers).toEqual({ 'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:image': {} } });
    });

    it('a manager may give up all the metadata that it applied', async () => {
      const { client } = context();
      await client.apply(map('given'), configMap('given', { a: '1' }, { labels: { x: '1' } }));
      const { status, body } = await client.apply(map('given'), configMap('given', { a: '1' }));
      expect([status, body.metadata.name, body.metadata.labels]).toEqual([200, 'given', undefined]);
    });

    it('who is left with a map but nothing in it has all of it by the next write', async () => {
      const { client } = context();
      await client.post(`${maps()}?fieldManager=first`, configMap('hollow', {}, { labels: { x: '1' } }));
      await client.merge(`${map('hollow')}?fieldManager=second`, { metadata: { labels: { x: '2' } } });
      const hollow = await client.get(map('hollow'));
      expect(owned(hollow.body, 'first')['f:metadata']['f:labels']).toEqual({});
      const { body } = await client.apply(map('hollow'), configMap('hollow', { a: '1' }));
      expect(owned(body, 'first')['f:metadata']['f:labels']).toEqual({ '.': {}, 'f:x': {} });
    });

    it('a strategic merge takes lists of scalars together and keeps to the order of the patch', async () => {
      const { client } = context();
      await client.post(maps(), configMap('strategic', {}, { finalizers: ['example.com/one'] }));
      const more = { metadata: { finalizers: ['example.com/two'] } };
      const { body: both } = await client.request('PATCH', map('strategic'), more, STRATEGIC);
      expect([...both.metadata.finalizers].sort()).toEqual(['example.com/one', 'example.com/two']);
      await client.merge(map('strategic'), { metadata: { finalizers: null } });

      const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      await client.post(deployments, deployment('ordered', { replicas: 0, images: { main: 'm:1' } }));
      const patch = { spec: { template: { spec: { containers: [{ name: 'side', image: 's:1' }] } } } };
      const { body } = await client.request('PATCH', `${deployments}/ordered`, patch, STRATEGIC);
      expect(body.spec.template.spec.containers.map(({ name }: Body) => name)).toEqual(['side', 'main']);
    });

    it('a JSON Patch may replace what is not there', async () => {
      const { client } = context();
      await client.post(maps(), configMap('replaced', { a: '1' }));
      const patch = [{ op: 'replace', path: '/data/b', value: '2' }];
      const { body } = await client.request('PATCH', map('replaced'), patch, JSON_PATCH);
      expect(body.data).toEqual({ a: '1', b: '2' });
    });

    it('what does not go together is refused', async () => {
      const { client } = context();
      const services = `/api/v1/namespaces/${namespace}/services`;
      const twice = service('twice', [
        { name: 'web', port: 80 },
        { name: 'web', port: 80 },
      ]);
      expect(fields(await client.post(services, twice))).toEqual([
        'FieldValueDuplicate spec.ports[1].name',
        'FieldValueDuplicate spec.ports[1]',
      ]);
      const unselected = {
        ...service('odd', [{ port: 80 }]),
        spec: { selector: { app: 'ö' }, ports: [{ port: 80 }] },
      };
      expect(fields(await client.post(services, unselected))).toContain('FieldValueInvalid spec.selector');
      const updateStrategy = { type: 'OnDelete', rollingUpdate: { partition: 1 } };
      const spec = { serviceName: 'none', updateStrategy };
      const set = { ...deployment('set', { replicas: 0, spec }), kind: 'StatefulSet' };
      const refused = await client.post(`/apis/apps/v1/namespaces/${namespace}/statefulsets`, set);
      expect(fields(refused)).toEqual(['FieldValueInvalid spec.updateStrategy.rollingUpdate']);
    });
  });
}
