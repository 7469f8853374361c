import type { KubeObject } from '../kubernetes/objects';
import { DEFAULT_STRATEGY, validateStrategy, type BlueGreen, type Strategy } from '../strategy';
import { validateBlueGreen } from './pair';
import { withColours } from './with-colours';
import type { Colours } from './colours';

const metadata = (name: string) => ({ name, namespace: 'shop' });
const service = (change: object = {}, name = 'web'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(name),
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...change },
});
const deployment = (
  image = 'web:2',
  change: object = {},
  name = 'web',
  labels: object = { app: 'web' },
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(name),
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
    ...change,
  },
});
const config = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(name),
});
const autoscaler: KubeObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: metadata('web'),
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
};

const strategy = (change: Partial<BlueGreen> = {}, rest: Partial<Strategy> = {}): Strategy => ({
  ...DEFAULT_STRATEGY,
  blueGreen: { service: 'web', scaleDownDelay: '30s', ...change },
  ...rest,
});

describe('a blue-green strategy', () => {
  it('is good with a Service of one Deployment, and a pause before the switch', () => {
    const good = strategy({ previewService: 'next' }, { batches: [{ size: '100%', pause: '10m' }] });
    expect(validateStrategy(good)).toEqual([]);
    expect(validateBlueGreen([service(), service({}, 'next'), deployment()], good)).toEqual([]);
    expect(validateBlueGreen([], DEFAULT_STRATEGY)).toEqual([]);
  });

  it.each<[string, Strategy, string, RegExp]>([
    [
      'batches',
      strategy({}, { batches: [{ size: '50%' }, { size: '100%' }] }),
      '/strategy/batches',
      /all at once/,
    ],
    ['in place', strategy({}, { update: 'InPlaceIfPossible' }), '/strategy/update', /Recreate/],
    ['no duration', strategy({ scaleDownDelay: 'soon' }), '/strategy/blueGreen/scaleDownDelay', /duration/],
    [
      'itself for a preview',
      strategy({ previewService: 'web' }),
      '/strategy/blueGreen/previewService',
      /another/,
    ],
  ])('refuses %s', (_, bad, path, message) => {
    expect(validateStrategy(bad)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  const other = deployment('worker:1', {}, 'worker');
  it.each<[string, KubeObject[], Partial<BlueGreen>, string, RegExp]>([
    ['no such Service', [deployment()], {}, 'service', /no Service web/],
    [
      'two of the name',
      [service(), { ...service(), metadata: { name: 'web', namespace: 'b' } }, deployment()],
      {},
      'service',
      /several/,
    ],
    ['no selector', [service({ selector: undefined }), deployment()], {}, 'service', /no selector/],
    [
      'pods of nobody',
      [service({ selector: { app: 'x' } }), deployment()],
      {},
      'service',
      /of no Deployment/,
    ],
    [
      'pods of another namespace',
      [service(), { ...deployment(), metadata: { name: 'web', namespace: 'b' } }],
      {},
      'service',
      /of no Deployment/,
    ],
    [
      'pods of two',
      [service(), deployment(), other],
      {},
      'service',
      /Deployment shop\/web, Deployment shop\/worker/,
    ],
    [
      'pods of another kind',
      [service(), { ...deployment(), kind: 'StatefulSet' }],
      {},
      'service',
      /of one Deployment/,
    ],
    ['an autoscaler', [service(), deployment(), autoscaler], {}, 'service', /autoscaler/],
    [
      'the name of green',
      [service(), deployment(), deployment('x', {}, 'web-green', {})],
      {},
      'service',
      /web-green is in the manifests/,
    ],
    [
      'our label',
      [service(), deployment('x', {}, 'web', { app: 'web', 'keelson.dev/colour': 'red' })],
      {},
      'service',
      /not for manifests/,
    ],
    [
      'a selector by our label',
      [service({ selector: { 'keelson.dev/colour': 'blue' } }), deployment()],
      {},
      'service',
      /not for manifests/,
    ],
    [
      'a preview of other pods',
      [
        service(),
        deployment(),
        service({ selector: { app: 'w' } }, 'next'),
        deployment('x', {}, 'w', { app: 'w' }),
      ],
      { previewService: 'next' },
      'previewService',
      /Deployment shop\/w, not of Deployment shop\/web/,
    ],
    [
      'no such preview',
      [service(), deployment()],
      { previewService: 'next' },
      'previewService',
      /no Service next/,
    ],
  ])('refuses %s', (_, objects, change, field, message) => {
    expect(validateBlueGreen(objects, strategy(change))).toEqual([
      { path: `/strategy/blueGreen/${field}`, message: expect.stringMatching(message) },
    ]);
  });
});

describe('the objects of two colours', () => {
  const objects = [service({ ports: [{ port: 81 }] }), deployment(), config('settings-2')];
  const kept = [
    service(),
    deployment('web:1'),
    config('settings-1'),
    deployment('old:1', {}, 'old', { app: 'old' }),
  ];
  const comingUp: Colours = { service: 'web', active: 'blue', blue: 'r1', green: 'r2' };
  const rendered = (colours: Colours, given = objects, before: readonly KubeObject[] | undefined = kept) => {
    const result = withColours(given, { colours, release: 'r2', ...(before ? { kept: before } : {}) });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const find = (kind: string, name: string): any =>
      result.objects.find((object) => object.kind === kind && object.metadata.name === name);
    return { find, names: result.objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`).sort() };
  };

  it('are the new Deployment beside the old, which serves with the Service of its own release', () => {
    const { find, names } = rendered(comingUp);
    expect(names).toEqual([
      'ConfigMap settings-1',
      'ConfigMap settings-2',
      'Deployment web',
      'Deployment web-green',
      'Service web',
    ]);
    expect(find('Service', 'web').spec).toEqual({
      selector: { app: 'web', 'keelson.dev/colour': 'blue' },
      ports: [{ port: 80 }],
    });
    const [blue, green] = [find('Deployment', 'web'), find('Deployment', 'web-green')];
    expect(blue.spec.template.spec.containers[0].image).toBe('web:1');
    expect(blue.spec.selector.matchLabels).toEqual({ app: 'web' });
    expect(blue.spec.template.metadata.labels).toEqual({ app: 'web', 'keelson.dev/colour': 'blue' });
    expect(blue.metadata.annotations).toEqual({ 'keelson.dev/kept': 'r1' });
    expect(green.spec.template.spec.containers[0].image).toBe('web:2');
    expect(green.spec.selector.matchLabels).toEqual({ app: 'web', 'keelson.dev/colour': 'green' });
    expect(green.metadata.annotations).toBeUndefined();
  });

  it('are served by the new one after the switch, with its own Service', () => {
    const { find } = rendered({ ...comingUp, active: 'green' });
    expect(find('Service', 'web').spec).toEqual({
      selector: { app: 'web', 'keelson.dev/colour': 'green' },
      ports: [{ port: 81 }],
    });
  });

  it('show the newest in the preview, whichever is served', () => {
    const preview = service({}, 'next');
    for (const active of ['blue', 'green'] as const) {
      const { find } = rendered({ ...comingUp, active, previewService: 'next' }, [...objects, preview]);
      expect(find('Service', 'next').spec.selector).toEqual({ app: 'web', 'keelson.dev/colour': 'green' });
    }
  });

  it('surge whatever of the old one is rolled, and leave Recreate as it is', () => {
    const numbers = (strategy: object | undefined) =>
      rendered(comingUp, objects, [service(), deployment('web:1', strategy ? { strategy } : {})]).find(
        'Deployment',
        'web',
      ).spec.strategy;
    expect(numbers(undefined)).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 },
    });
    expect(numbers({ rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } }).rollingUpdate).toEqual({
      maxSurge: 1,
      maxUnavailable: 0,
    });
    expect(numbers({ type: 'Recreate' })).toEqual({ type: 'Recreate' });
  });

  it('take the Deployment of the same name where the release before had no such Service', () => {
    const { find } = rendered(comingUp, objects, [deployment('web:1')]);
    expect(find('Deployment', 'web').spec.template.spec.containers[0].image).toBe('web:1');
    expect(find('Service', 'web').spec.selector['keelson.dev/colour']).toBe('green');
  });

  it('are one Deployment like any other where the manifests do not say which, and nothing has two colours', () => {
    const alone: Colours = { service: 'web', active: 'blue', blue: 'r2' };
    const withoutService = [deployment()];
    expect(withColours(withoutService, { colours: alone, release: 'r2' })).toEqual({
      ok: true,
      objects: withoutService,
    });
    expect(
      withColours(withoutService, {
        colours: { service: 'web', active: 'green', green: 'r2' },
        release: 'r2',
      }).ok,
    ).toBe(false);
  });

  it.each<[string, KubeObject[], KubeObject[], RegExp]>([
    ['an autoscaler came', [...objects, autoscaler], kept, /autoscaler/],
    [
      'the old Service selected more',
      objects,
      [service(), deployment(), deployment('x', {}, 'y')],
      /release r1, whose pods stay.*of one Deployment/,
    ],
    [
      'its name is taken',
      [...objects, deployment('x', {}, 'shop', { app: 'x' })],
      [service(), deployment('w', {}, 'shop', { app: 'web' })],
      /is there already with pods of release r1/,
    ],
  ])('are refused where %s', (_, given, before, message) => {
    const result = withColours(given, { colours: comingUp, release: 'r2', kept: before });
    expect(result).toEqual({
      ok: false,
      errors: [{ path: '/strategy/blueGreen', message: expect.stringMatching(message) }],
    });
  });
});
