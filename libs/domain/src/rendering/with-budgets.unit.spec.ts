import { keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { contentHash } from '../manifests';
import type { Batch } from '../strategy';
import { renderTarget, type BudgetFacets } from './render-target';
import { isBudget, withBudgets } from './with-budgets';

interface Shape {
  kind?: string;
  apiVersion?: string;
  replicas?: number;
  labels?: Record<string, string>;
}

const workload = (
  name = 'web',
  { kind = 'Deployment', apiVersion = 'apps/v1', replicas = 20, labels = { app: name } }: Shape = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'shop:1' }] } },
  },
});
const budget = (name: string, selector: object | undefined, namespace = 'shop'): KubeObject => ({
  apiVersion: 'policy/v1beta1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace },
  spec: { maxUnavailable: 1, ...(selector ? { selector } : {}) },
});
const autoscaler = (name: string): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
});
const batches = (...sizes: Batch['size'][]): Batch[] => sizes.map((size) => ({ size }));
const one = batches('100%');
/** The budgets that were made, and nothing else may have changed. */
const made = (objects: KubeObject[], by = one): any[] => {
  const rendered = withBudgets(objects, by);
  expect(rendered.slice(0, objects.length)).toEqual(objects);
  return rendered.slice(objects.length);
};
const madeFor = (objects: KubeObject[]): string[] =>
  made(objects).map(({ metadata }) => metadata.annotations['keelson.dev/made-for'] as string);

describe('budgets that are made', () => {
  it('let as many pods go as the largest batch moves, and never ask for one that is not healthy', () => {
    const web = workload();
    const suffix = contentHash('apps/Deployment/shop/web').slice(0, 5);
    expect(
      made([web], batches('10%', '20%', '30%', '40%', '50%', '60%', '70%', '80%', '90%', '100%')),
    ).toEqual([
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: {
          name: `web-keelson-${suffix}`,
          namespace: 'shop',
          annotations: { 'keelson.dev/made-for': 'Deployment/web' },
        },
        spec: {
          maxUnavailable: '10%',
          selector: { matchLabels: { app: 'web' } },
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
        },
      },
    ]);
  });

  it.each<[string, KubeObject[], Batch[], string]>([
    ['a single batch', [workload()], one, '25%'],
    ['a canary before the rest', [workload()], batches('10%', '100%'), '50%'],
    ['counts, of the replicas', [workload()], batches(4, 8, 12, 16, '100%'), '20%'],
    ['counts under an autoscaler', [workload(), autoscaler('web')], batches(1, '40%', '80%', '100%'), '40%'],
    ['one replica', [workload('web', { replicas: 1 })], batches('10%', '30%', '60%', '100%'), '40%'],
    ['no replicas', [workload('web', { replicas: 0 })], one, '25%'],
  ])('%s', (_, objects, by, expected) => {
    expect(made(objects, by)).toMatchObject([{ spec: { maxUnavailable: expected } }]);
  });

  it.each<[kind: string, apiVersion: string, count: number]>([
    ['Deployment', 'apps/v1', 1],
    ['StatefulSet', 'apps/v1', 1],
    ['ReplicaSet', 'apps/v1', 1],
    ['CloneSet', 'apps.kruise.io/v1alpha1', 1],
    ['StatefulSet', 'apps.kruise.io/v1beta1', 1],
    // The disruption controller cannot count these, and a drain leaves a DaemonSet's pods alone.
    ['DaemonSet', 'apps/v1', 0],
    ['Job', 'batch/v1', 0],
  ])('a %s of %s: %s', (kind, apiVersion, count) => {
    expect(made([workload('web', { kind, apiVersion })])).toHaveLength(count);
  });

  it.each<[string, object | undefined, readonly string[]]>([
    ['the same pods', { matchLabels: { app: 'web' } }, []],
    ['them by an expression', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, []],
    ['everything', {}, []],
    [
      'one of them, by what its controller says',
      { matchLabels: { 'pod-template-hash': 'x', app: 'web' } },
      [],
    ],
    [
      'one of them, by its ordinal',
      {
        matchExpressions: [{ key: 'statefulset.kubernetes.io/pod-name', operator: 'In', values: ['web-0'] }],
      },
      [],
    ],
    ['others', { matchLabels: { app: 'api' } }, ['Deployment/web']],
    ['none for want of a label', { matchLabels: { app: 'web', tier: 'x' } }, ['Deployment/web']],
    [
      'none for want of a recommended label',
      { matchLabels: { 'app.kubernetes.io/name': 'web' } },
      ['Deployment/web'],
    ],
    ['nothing at all', undefined, ['Deployment/web']],
  ])("give way to the manifests' own that selects %s", (_, selector, expected) => {
    expect(madeFor([workload(), budget('own', selector)])).toEqual(expected);
  });

  it('give way in their own namespace only', () => {
    expect(madeFor([workload(), budget('own', {}, 'elsewhere')])).toEqual(['Deployment/web']);
  });

  it('never meet on a pod, whichever of two workloads selects more', () => {
    const wide = workload('wide', { labels: { app: 'shop' } });
    const narrow = workload('narrow', { labels: { app: 'shop', tier: 'batch' } });
    expect(madeFor([wide, narrow])).toEqual(['Deployment/narrow']);
    expect(madeFor([narrow, wide])).toEqual(['Deployment/narrow']);
    // Its pods are the Job's too, by their labels.
    const job = workload('job', { kind: 'Job', apiVersion: 'batch/v1', labels: { app: 'shop', job: 'x' } });
    const other = budget('own', { matchLabels: { job: 'x' } });
    expect(madeFor([wide, job, other])).toEqual([]);
  });

  it('have names of their own: for each kind, for long names, and beside one that is taken', () => {
    const kinds = [workload('web'), workload('web', { kind: 'StatefulSet', labels: { app: 'db' } })];
    expect(new Set(made(kinds).map(({ metadata }) => metadata.name)).size).toBe(2);

    const long = `${'a'.repeat(240)}.${'b'.repeat(12)}`;
    const [cut] = made([workload(long, { labels: { app: 'web' } })]);
    expect(cut.metadata.name).toMatch(/^a{239}-keelson-[0-9a-f]{5}$/);

    const [first] = made([workload()]);
    const [beside] = made([
      workload(),
      budget(first.metadata.name as string, { matchLabels: { app: 'api' } }),
    ]);
    expect(beside.metadata.name).not.toBe(first.metadata.name);
    expect(beside.metadata.name).toContain(first.metadata.name);
  });

  it('are not made for what no API server takes: a workload that selects everything or nothing', () => {
    const everything = workload();
    (everything.spec as any).selector = {};
    const nothing = workload('api');
    delete (nothing.spec as any).selector;
    expect(made([everything, nothing])).toEqual([]);
  });

  it('come only where they are asked for; a definition that says nothing gets none', () => {
    const strategy = { batches: one };
    const count = (budgets: BudgetFacets): number => {
      const facets = { objects: [workload()], overrides: [], scales: [], sidecars: [], budgets };
      const rendered = renderTarget(facets, { name: 'eu-1', labels: {} });
      return rendered.ok ? rendered.objects.filter(isBudget).length : -1;
    };
    expect(count({ strategy, disruptionBudget: 'Auto' })).toBe(1);
    expect(count({ strategy, disruptionBudget: 'None' })).toBe(0);
    expect(count({ strategy })).toBe(0);
  });

  it('are one for each of two colours, so that as many of those may go that are served as without them', () => {
    const colour = (name: string, colour: string, selector: Record<string, string>): KubeObject => {
      const labels = { app: 'web', 'keelson.dev/colour': colour };
      const object = workload(name, { labels });
      return { ...object, spec: { ...(object['spec'] as object), selector: { matchLabels: selector } } };
    };
    const blue = colour('web', 'blue', { app: 'web' });
    const green = colour('web-green', 'green', { app: 'web', 'keelson.dev/colour': 'green' });
    expect(made([blue, green]).map(({ spec }) => spec.selector.matchLabels)).toEqual([
      { app: 'web', 'keelson.dev/colour': 'blue' },
      { app: 'web', 'keelson.dev/colour': 'green' },
    ]);
  });

  it('do not depend on the order of the manifests', () => {
    const objects = [workload('b'), workload('a'), workload('c', { labels: { app: 'a' } })];
    const keys = (given: KubeObject[]): string[] => made(given).map((object) => keyOf(refOf(object)));
    expect(keys([...objects].reverse())).toEqual(keys(objects));
  });
});
