import { randomBytes } from 'node:crypto';
import { until } from '../support/until';
import { MERGE_PATCH } from './control-plane';
import { RealKeelson } from './support/real-keelson';

jest.setTimeout(180_000);

const SLOW_MS = 90_000;
const id = randomBytes(3).toString('hex');
const group = `d${id}.example.com`;

const namespaced = (namespace: string, rest: string): string => `/api/v1/namespaces/${namespace}${rest}`;
const configMap = (of: string, data = 'hello') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: of },
  data: { greeting: data },
});
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `coupons.${group}` },
  spec: {
    group,
    names: { kind: 'Coupon', plural: 'coupons', singular: 'coupon', listKind: 'CouponList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { percent: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
};
const coupon = { apiVersion: `${group}/v1`, kind: 'Coupon', metadata: { name: 'c' }, spec: { percent: 10 } };

describe('deletes on a real API server', () => {
  let real: RealKeelson;

  beforeAll(async () => {
    // Every application here has a namespace of its own.
    real = await RealKeelson.start('one', { keelsonMakesNamespace: true });
  });
  afterAll(async () => {
    await real?.stop();
  });

  const live = async (path: string): Promise<any> => {
    const answer = await real.cluster.client.request('GET', path);
    return answer.status === 200 ? answer.body : undefined;
  };
  const hold = (path: string, finalizers: string[] | null) =>
    real.cluster.client.must('PATCH', path, { metadata: { finalizers } }, MERGE_PATCH);
  const isGone = (path: string) => until(`${path} is gone`, async () => !(await live(path)), SLOW_MS);
  const release = async (application: string, namespace: string, version: string, manifests: object[]) => {
    await real.define(application, manifests, { namespace });
    await real.phase(await real.release(application, version), 'Succeeded');
  };
  const owed = async (application: string): Promise<any[]> =>
    (await real.keelson.must('GET', `/v1/applications/${application}/targets`)).items.flatMap(
      (target: any) => target.owed,
    );
  const remove = (application: string) => real.keelson.must('DELETE', `/v1/applications/${application}`);
  const prunedOf = async (application: string): Promise<any[]> =>
    (await real.keelson.must('GET', `/v1/audit?application=${application}&type=ObjectsPruned`)).items.map(
      ({ data }: any) => data,
    );
  const nothingIsOwed = (application: string) =>
    until('nothing is owed', async () => (await owed(application)).length === 0, SLOW_MS);

  it('a finalizer is waited for and named', async () => {
    const app = `held-${id}`;
    await release(app, app, '1', [configMap('stays'), configMap('held')]);
    const held = namespaced(app, '/configmaps/held');
    await hold(held, ['example.com/hold']);
    await release(app, app, '2', [configMap('stays')]);
    const delay = await until(
      'it is told',
      async () => (await owed(app)).find(({ reason }) => reason === 'Finalizers'),
      SLOW_MS,
    );
    expect(delay).toMatchObject({ object: { name: 'held' }, finalizers: ['example.com/hold'] });
    expect((await live(held)).metadata.deletionTimestamp).toBeDefined();
    await hold(held, null);
    await isGone(held);
    await nothingIsOwed(app);
    await remove(app);
    await isGone(namespaced(app, ''));
  });

  it('a Namespace that Keelson made goes with the last application in it', async () => {
    const [first, second, made] = [`first-${id}`, `second-${id}`, `made-${id}`];
    await release(first, made, '1', [configMap('first')]);
    await release(second, made, '1', [configMap('second')]);
    const { uid } = (await live(namespaced(made, ''))).metadata;
    await remove(first);
    await isGone(namespaced(made, '/configmaps/first'));
    expect((await live(namespaced(made, ''))).metadata).toMatchObject({ uid });
    expect((await live(namespaced(made, ''))).metadata.deletionTimestamp).toBeUndefined();
    await remove(second);
    await isGone(namespaced(made, ''));
  });

  it('a Namespace stays that Keelson did not make, or that holds something foreign; the log says why', async () => {
    const [theirs, visited] = [`theirs-${id}`, `visited-${id}`];
    await real.cluster.client.must('POST', '/api/v1/namespaces', { metadata: { name: theirs } });
    await release(theirs, theirs, '1', [configMap('ours')]);
    await release(visited, visited, '1', [configMap('ours')]);
    await real.cluster.client.must('POST', namespaced(visited, '/configmaps'), configMap('guest'));
    for (const app of [theirs, visited]) await remove(app);
    const kept = await until(
      'the log says why',
      async () => (await prunedOf(visited)).flatMap(({ kept: some = [] }) => some)[0],
      SLOW_MS,
    );
    expect(kept).toMatchObject({
      object: { kind: 'Namespace', name: visited },
      reason: expect.stringMatching(/guest is not Keelson's/),
    });
    for (const app of [theirs, visited]) {
      await isGone(namespaced(app, '/configmaps/ours'));
      expect((await live(namespaced(app, ''))).metadata.deletionTimestamp).toBeUndefined();
      await real.cluster.client.must('DELETE', namespaced(app, ''));
    }
  });

  it('a definition goes after the objects of its kind, and with the application that brought both', async () => {
    const app = `crd-${id}`;
    await release(app, app, '1', [definition, coupon, configMap('stays')]);
    const one = `/apis/${group}/v1/namespaces/${app}/coupons/c`;
    const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/coupons.${group}`;
    await hold(one, ['example.com/hold']);
    await release(app, app, '2', [configMap('stays')]);
    const waiting = await until(
      'the definition waits',
      async () => (await owed(app)).find(({ reason }) => reason === 'InUse'),
      SLOW_MS,
    );
    expect(waiting).toMatchObject({ object: { kind: 'CustomResourceDefinition' } });
    expect((await live(crd)).metadata.deletionTimestamp).toBeUndefined();
    await hold(one, null);
    await isGone(crd);
    await nothingIsOwed(app);
    await remove(app);
    await isGone(namespaced(app, ''));
  });
});
