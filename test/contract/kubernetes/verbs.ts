import { JSON_PATCH, STRATEGIC } from './client';
import { type Lazily } from './context';
import { configMap, deployment, service } from './objects';

export function describeVerbs(context: Lazily): void {
  describe('create, read, update and patch', () => {
    let namespace: string;
    const maps = () => `/api/v1/namespaces/${namespace}/configmaps`;
    const deployments = () => `/apis/apps/v1/namespaces/${namespace}/deployments`;

    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    it('gives a new object its identity', async () => {
      const { client } = context();
      const { status, body } = await client.post(maps(), configMap('fresh', { a: '1' }));
      expect(status).toBe(201);
      expect(body).toMatchObject({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'fresh',
          namespace,
          uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          resourceVersion: expect.stringMatching(/^\d+$/),
          creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        },
        data: { a: '1' },
      });
      expect(await client.get(`${maps()}/fresh`)).toEqual({ status: 200, body });
    });

    it('completes generateName', async () => {
      const object = { ...configMap('', {}), metadata: { generateName: 'made-' } };
      const { status, body } = await context().client.post(maps(), object);
      expect([status, body.metadata.name]).toEqual([201, expect.stringMatching(/^made-[a-z0-9]{5}$/)]);
    });

    it('refuses what exists', async () => {
      const { client } = context();
      await client.post(maps(), configMap('twice', {}));
      expect(await client.post(maps(), configMap('twice', {}))).toMatchObject({
        status: 409,
        body: {
          kind: 'Status',
          status: 'Failure',
          reason: 'AlreadyExists',
          message: 'configmaps "twice" already exists',
          details: { name: 'twice', kind: 'configmaps' },
          code: 409,
        },
      });
    });

    it('answers 404 for an object that is not there', async () => {
      expect(await context().client.get(`${deployments()}/none`)).toMatchObject({
        status: 404,
        body: {
          kind: 'Status',
          reason: 'NotFound',
          message: 'deployments.apps "none" not found',
          details: { name: 'none', group: 'apps', kind: 'deployments' },
        },
      });
    });

    it('answers 404 for a namespace that is not there, by every way of creating', async () => {
      const { client } = context();
      const path = '/api/v1/namespaces/never-made/configmaps';
      const refusal = { status: 404, body: { message: 'namespaces "never-made" not found' } };
      expect(await client.post(path, configMap('c', {}))).toMatchObject(refusal);
      expect(await client.apply(`${path}/c`, configMap('c', {}))).toMatchObject(refusal);
      expect(await client.put(`${path}/c`, configMap('c', {}))).toMatchObject({ status: 404 });
    });

    it('accepts nobody without a good token', async () => {
      expect(await context().client.request('GET', maps(), undefined, '', 'wrong')).toMatchObject({
        status: 401,
        body: { kind: 'Status', reason: 'Unauthorized', code: 401 },
      });
    });

    it('refuses a body that does not fit its path', async () => {
      const { client } = context();
      const elsewhere = configMap('c', {}, { namespace: 'default' });
      expect((await client.post(maps(), elsewhere)).status).toBe(400);
      expect((await client.post(maps(), { ...configMap('c', {}), kind: 'Secret' })).status).toBe(400);
      expect((await client.post(maps(), { ...configMap('c', {}), data: { a: 1 } })).status).toBe(400);
      expect((await client.request('POST', maps(), '{"kind":')).status).toBe(400);
      await client.post(maps(), configMap('named', {}));
      expect((await client.put(`${maps()}/named`, configMap('other', {}))).status).toBe(400);
    });

    it.each([
      ['a name that is not DNS-1123', 'maps', configMap('Not_Valid', {}), 'metadata.name'],
      ['a data key with a space', 'maps', configMap('keys', { 'a b': '1' }), 'data[a b]'],
      [
        'a selector that misses the template',
        'deployments',
        deployment('d', { spec: { selector: { matchLabels: { app: 'other' } } } }),
        'spec.template.metadata.labels',
      ],
      ['negative replicas', 'deployments', deployment('d', { replicas: -1 }), 'spec.replicas'],
      [
        'a container without image',
        'deployments',
        deployment('d', {
          spec: {
            template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'main' }] } },
          },
        }),
        'spec.template.spec.containers[0].image',
      ],
      [
        'no surge and no unavailable',
        'deployments',
        deployment('d', { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } }),
        'spec.strategy.rollingUpdate.maxUnavailable',
      ],
      [
        'a deadline below minReadySeconds',
        'deployments',
        deployment('d', { spec: { minReadySeconds: 20, progressDeadlineSeconds: 10 } }),
        'spec.progressDeadlineSeconds',
      ],
    ])('refuses %s with the field that is wrong', async (_what, kind, object, field) => {
      const { client } = context();
      const path = kind === 'maps' ? maps() : deployments();
      const { status, body } = await client.post(path, object);
      expect({ status, reason: body.reason }).toEqual({ status: 422, reason: 'Invalid' });
      expect(body.details.causes.map((cause: { field: string }) => cause.field)).toContain(field);
      expect((await client.get(`${path}/${object.metadata.name}`)).status).toBe(404);
    });

    it('never changes the selector of a Deployment', async () => {
      const { client } = context();
      const object = deployment('fixed', { replicas: 0 });
      await client.post(deployments(), object);
      const labels = { app: 'fixed', more: 'x' };
      const changed = {
        ...object,
        spec: {
          ...object.spec,
          selector: { matchLabels: labels },
          template: { ...object.spec.template, metadata: { labels } },
        },
      };
      const { status, body } = await client.put(`${deployments()}/fixed`, changed);
      expect([status, body.details.causes[0].field]).toEqual([422, 'spec.selector']);
    });

    it('updates under the resourceVersion that the body names', async () => {
      const { client } = context();
      const { body: first } = await client.post(maps(), configMap('put', { a: '1' }));
      const { status, body: second } = await client.put(`${maps()}/put`, { ...first, data: { a: '2' } });
      expect([status, second.data]).toEqual([200, { a: '2' }]);
      expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
      expect(await client.put(`${maps()}/put`, { ...first, data: { a: '3' } })).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          message: expect.stringContaining('the object has been modified; please apply your changes'),
        },
      });
      // The same content again is no change.
      const { body: third } = await client.put(`${maps()}/put`, second);
      expect(third.metadata.resourceVersion).toBe(second.metadata.resourceVersion);
      expect((await client.put(`${maps()}/none`, configMap('none', {}))).status).toBe(404);
    });

    it('patches by JSON merge, JSON Patch and strategic merge', async () => {
      const { client } = context();
      await client.post(maps(), configMap('patched', { a: '1', b: '2' }));
      const merged = await client.merge(`${maps()}/patched`, { data: { a: null, c: '3' } });
      expect(merged.body.data).toEqual({ b: '2', c: '3' });
      const operations = [{ op: 'replace', path: '/data/b', value: '4' }];
      const replaced = await client.request('PATCH', `${maps()}/patched`, operations, JSON_PATCH);
      expect(replaced.body.data).toEqual({ b: '4', c: '3' });

      await client.post(deployments(), deployment('strategic', { replicas: 0 }));
      const patch = { spec: { template: { spec: { containers: [{ name: 'side', image: 's:1' }] } } } };
      const { body } = await client.request('PATCH', `${deployments()}/strategic`, patch, STRATEGIC);
      const names = body.spec.template.spec.containers.map((each: { name: string }) => each.name);
      expect(names.sort()).toEqual(['main', 'side']);
    });

    it('refuses patches that do not fit', async () => {
      const { client } = context();
      const path = `${maps()}/unfit`;
      expect((await client.merge(path, { data: {} })).status).toBe(404);
      await client.post(maps(), configMap('unfit', { a: '1' }));
      expect((await client.request('PATCH', path, { data: {} }, 'application/json')).status).toBe(415);
      const test = [{ op: 'test', path: '/data/a', value: 'other' }];
      expect((await client.request('PATCH', path, test, JSON_PATCH)).status).toBe(422);
      const stale = await client.merge(path, { metadata: { resourceVersion: '1' }, data: { a: '2' } });
      expect(stale.status).toBe(409);
      expect((await client.get(path)).body.data).toEqual({ a: '1' });
    });

    it('refuses options that do not fit', async () => {
      const { client } = context();
      const refusal = { status: 422, body: { reason: 'Invalid' } };
      expect(await client.post(`${maps()}?dryRun=Some`, configMap('options', {}))).toMatchObject(refusal);
      await client.post(maps(), configMap('options', {}));
      expect(await client.merge(`${maps()}/options?force=true`, { data: {} })).toMatchObject(refusal);
    });

    it('bumps the generation with the spec, not with labels or status', async () => {
      const { client } = context();
      const path = `${deployments()}/generations`;
      const generation = async (patch: object) => (await client.merge(path, patch)).body.metadata.generation;
      const { body } = await client.post(deployments(), deployment('generations', { replicas: 0 }));
      expect(body.metadata.generation).toBe(1);
      expect(await generation({ metadata: { labels: { a: 'b' } } })).toBe(1);
      expect(await generation({ status: { replicas: 7 } })).toBe(1);
      expect(await generation({ spec: { minReadySeconds: 1 } })).toBe(2);
      expect((await client.get(path)).body.status.replicas ?? 0).toBe(0);
    });

    it('fills the defaults of a Deployment and a Service', async () => {
      const { client } = context();
      const { body } = await client.post(deployments(), deployment('filled', { replicas: 0 }));
      expect(body.spec).toMatchObject({
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: {
          spec: {
            restartPolicy: 'Always',
            dnsPolicy: 'ClusterFirst',
            schedulerName: 'default-scheduler',
            securityContext: {},
            containers: [
              {
                imagePullPolicy: 'IfNotPresent',
                resources: {},
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
              },
            ],
          },
        },
      });
      const services = `/api/v1/namespaces/${namespace}/services`;
      const { body: made } = await client.post(services, service('filled', [{ port: 80 }]));
      expect(made.spec).toMatchObject({
        type: 'ClusterIP',
        sessionAffinity: 'None',
        clusterIP: expect.stringMatching(/^10\./),
        ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
      });
    });

    it('normalises quantities', async () => {
      const resources = {
        requests: { cpu: '1000m', memory: '1024Mi' },
        limits: { cpu: '1.5', memory: '2Gi' },
      };
      const object = deployment('quantities', { replicas: 0 });
      Object.assign(object.spec.template.spec.containers[0] ?? {}, { resources });
      const { body } = await context().client.post(deployments(), object);
      expect(body.spec.template.spec.containers[0].resources).toEqual({
        requests: { cpu: '1', memory: '1Gi' },
        limits: { cpu: '1500m', memory: '2Gi' },
      });
    });

    it('changes nothing in a dry run', async () => {
      const { client } = context();
      expect((await client.post(`${maps()}?dryRun=All`, configMap('dry', {}))).status).toBe(201);
      expect((await client.get(`${maps()}/dry`)).status).toBe(404);
      const { body } = await client.post(maps(), configMap('dry', { a: '1' }));
      const patched = await client.merge(`${maps()}/dry?dryRun=All`, { data: { a: '2' } });
      expect(patched.body.data).toEqual({ a: '2' });
      expect((await client.delete(`${maps()}/dry?dryRun=All`)).status).toBe(200);
      expect((await client.get(`${maps()}/dry`)).body).toEqual(body);
    });
  });
}
