import fc from 'fast-check';
import type { KubeObject } from '../kubernetes/objects';
import { matchesSelector, type LabelSelector } from '../placement';
import { validateBatches } from '../strategy/validate-batches';
import type { Batch } from '../strategy';
import { isBudget, withBudgets } from './with-budgets';

const labels = fc.record(
  { app: fc.constantFrom('web', 'api'), tier: fc.constantFrom('a', 'b') },
  { requiredKeys: ['app'] },
);
const requirement = fc.record({
  key: fc.constantFrom('app', 'tier', 'pod-template-hash'),
  operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
  values: fc.subarray(['web', 'api', 'a', 'b', 'hash'], { minLength: 1 }),
});
const selector = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(requirement, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const namespace = fc.constantFrom('one', 'two');

/** A workload may select less than all of its labels, and so the pods of another one. */
const workload = fc
  .record({
    name: fc.constantFrom('web', 'api', 'db'),
    kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet'),
    namespace,
    replicas: fc.option(fc.nat(50), { nil: undefined }),
    labels,
    selected: fc.constantFrom<readonly string[]>(['app'], ['app', 'tier']),
  })
  .map(({ name, kind, namespace: of, replicas, labels: own, selected }): KubeObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: of },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: {
        matchLabels: Object.fromEntries(Object.entries(own).filter(([key]) => selected.includes(key))),
      },
      template: { metadata: { labels: own }, spec: { containers: [{ name: 'main', image: 'shop:1' }] } },
    },
  }));
const budget = fc
  .record({ name: fc.constantFrom('x', 'y'), namespace, selector })
  .map((given): KubeObject => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: given.name, namespace: given.namespace },
    spec: { minAvailable: 1, selector: given.selector },
  }));
const unique = <T extends KubeObject>(of: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(of, {
    maxLength,
    selector: ({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`,
  });
const size = fc.oneof(
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 1, max: 99 }).map((percent) => `${percent}%`),
);
const batches = fc
  .array(size, { maxLength: 6 })
  .map((sizes): Batch[] => [...sizes, '100%'].map((of) => ({ size: of })))
  .filter((given) => validateBatches(given, '').length === 0);

type Workload = KubeObject & {
  spec: { replicas?: number; template: { metadata: { labels: Record<string, string> } } };
};
type Budget = KubeObject & { spec: { selector: LabelSelector; maxUnavailable: string } };

/** As pods come to be: with what their controllers add. */
const selects = ({ metadata, spec }: Budget, of: Workload): boolean =>
  metadata.namespace === of.metadata.namespace &&
  matchesSelector(spec.selector, { ...of.spec.template.metadata.labels, 'pod-template-hash': 'hash' });

const scene = fc.record({ workloads: unique(workload, 6), own: unique(budget, 1), batches });

describe('budgets that are made', () => {
  it('never are the second to select a pod, and protect every workload where that can be', () => {
    fc.assert(
      fc.property(scene, ({ workloads, own, batches: by }) => {
        const rendered = withBudgets([...workloads, ...own], by);
        const budgets = rendered.filter(isBudget) as Budget[];
        for (const given of workloads as Workload[]) {
          const count = budgets.filter((some) => selects(some, given)).length;
          expect(count).toBeLessThanOrEqual(1);
        }
        // Alone, a workload with replicas is always protected.
        const [only] = workloads;
        if (workloads.length === 1 && own.length === 0 && only?.kind !== 'DaemonSet')
          expect(budgets).toHaveLength(1);
      }),
      { numRuns: 2_000 },
    );
  });

  it('always let one pod go, and no more than half of them or the last one', () => {
    fc.assert(
      fc.property(workload, batches, fc.integer({ min: 1, max: 2_000 }), (given, by, replicas) => {
        const made = withBudgets([given], by).filter(isBudget) as Budget[];
        for (const { spec } of made) {
          expect(spec.maxUnavailable).toMatch(/^[1-9][0-9]?%$/);
          // As the disruption controller counts: of what is wanted, rounded up.
          const allowed = Math.ceil((Number.parseInt(spec.maxUnavailable, 10) * replicas) / 100);
          expect(allowed).toBeGreaterThanOrEqual(1);
          expect(allowed).toBeLessThanOrEqual(Math.ceil(replicas / 2));
        }
      }),
    );
  });

  it('are the same however far the workload is scaled, where batches are percentages', () => {
    const shares = batches.filter((given) => given.every((batch) => typeof batch.size === 'string'));
    fc.assert(
      fc.property(workload, shares, fc.nat(50), (given, by, replicas) => {
        const scaled = { ...given, spec: { ...(given.spec as object), replicas } };
        expect(withBudgets([scaled], by).filter(isBudget)).toEqual(withBudgets([given], by).filter(isBudget));
      }),
    );
  });
});
