import type { KubeObject } from '@keelson/domain';
import { driftOf, isWhole, NormalForms } from '@keelson/k8s';
import { type Body } from './body';
import { JSON_PATCH, MERGE, STRATEGIC } from './client';
import { type ContractContext, type Lazily } from './context';
import { configMap, deployment, service } from './objects';

/** Somebody else's hand on an object that was applied. */
type Act = (context: ContractContext, path: string) => Promise<unknown>;

const merge =
  (patch: object): Act =>
  ({ client }, path) =>
    client.request('PATCH', `${path}?fieldManager=two`, patch, MERGE);
const strategic =
  (patch: object): Act =>
  ({ client }, path) =>
    client.request('PATCH', `${path}?fieldManager=two`, patch, STRATEGIC);
const jsonPatch =
  (...operations: object[]): Act =>
  ({ client }, path) =>
    client.request('PATCH', `${path}?fieldManager=two`, operations, JSON_PATCH);
const inContainer = (change: object): Act =>
  strategic({ spec: { template: { spec: { containers: [{ name: 'main', ...change }] } } } });

const container = {
  name: 'main',
  image: 'registry.example/app:1',
  args: ['serve', '--fast'],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ],
  ports: [{ containerPort: 80 }, { containerPort: 81, name: 'admin' }],
};
const web = (name: string, change: object = {}) => {
  const object = deployment(name, { replicas: 0, labels: { team: 'shop' } });
  const { metadata } = object.spec.template;
  const podSpec = {
    terminationGracePeriodSeconds: 0,
    nodeSelector: { disk: 'ssd' },
    containers: [container],
  };
  const template = { metadata, spec: { ...podSpec, ...change } };
  return { ...object, spec: { ...object.spec, template } };
};

/**
 * What the product concludes from managedFields without asking: an object that is whole, by `isWhole`, is one in which a
 * dry run of the same apply finds no drift.
 */
export function describeWholeness(context: Lazily): void {
  describe('an applied object is known to be whole', () => {
    let namespace: string;
    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    const pathOf = (kind: string, name: string): string =>
      kind === 'Deployment'
        ? `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`
        : `/api/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
    const apply = (object: Body, dryRun = false) =>
      context().client.apply(pathOf(object.kind, object.metadata.name), object, {
        manager: 'keelson',
        force: true,
        dryRun,
      });
    const after = async (object: Body, act?: Act) => {
      expect((await apply(object)).status).toBe(201);
      const path = pathOf(object.kind, object.metadata.name);
      await act?.(context(), path);
      const live = (await context().client.get(path)).body as KubeObject;
      const remembered = new NormalForms().remember((await apply(object, true)).body as KubeObject);
      return { whole: isWhole(object as KubeObject, live), drift: driftOf(remembered!, live) };
    };

    it.each<[string, () => Body]>([
      ['a ConfigMap', () => configMap('plain', { a: '1' }, { labels: { x: 'y' } })],
      ['a Deployment', () => web('plain')],
      ['a Service', () => service('plain', [{ port: 80, protocol: 'TCP', targetPort: 8080 }])],
    ])('%s that nobody touched', async (_, object) => {
      expect(await after(object())).toEqual({ whole: true, drift: [] });
    });

    it.each<[string, Act]>([
      ['a label of somebody else', merge({ metadata: { labels: { own: 'yes' } } })],
      ['an environment variable of somebody else', inContainer({ env: [{ name: 'C', value: '3' }] })],
      ['the same value, by another hand', merge({ spec: { replicas: 0 } })],
    ])('although there is %s', async (what, act) => {
      const name = `more-${what.length}`;
      expect(await after(web(name), act)).toEqual({ whole: true, drift: [] });
    });

    it.each<[string, Act]>([
      ['the image', inContainer({ image: 'registry.example/app:evil' })],
      ['a value in a list by name', inContainer({ env: [{ name: 'A', value: 'evil' }] })],
      ['an atomic list', inContainer({ args: ['serve'] })],
      ['a label', merge({ metadata: { labels: { team: 'evil' } } })],
      ['a label that is taken away', merge({ metadata: { labels: { team: null } } })],
      ['an element of a list', jsonPatch({ op: 'remove', path: '/spec/template/spec/containers/0/env/1' })],
      [
        'one more entry in a selector of nodes',
        strategic({ spec: { template: { spec: { nodeSelector: { zone: 'a' } } } } }),
      ],
      [
        'the count, by the scale subresource',
        ({ client }, path) => client.merge(`${path}/scale`, { spec: { replicas: 1 } }),
      ],
      [
        'the count, by a forced apply',
        ({ client }, path) =>
          client.apply(path, deployment(path.split('/').at(-1)!, { replicas: 2 }), {
            manager: 'two',
            force: true,
          }),
      ],
    ])('never when its owner would find a drift: %s', async (what, act) => {
      const { whole, drift } = await after(web(`touched-${what.length}`), act);
      expect(drift.length > 0 && whole).toBe(false);
      // A selector of nodes is atomic from some version on only; everything else is a drift in all of them.
      if (!what.startsWith('one more')) expect(drift).not.toEqual([]);
    });

    it('not when the server writes a value in another way: that is left to a dry run', async () => {
      const limits = { resources: { limits: { cpu: '1000m' } } };
      const object = web('quantity', { containers: [{ ...container, ...limits }] });
      expect(await after(object)).toEqual({ whole: false, drift: [] });
    });
  });
}
