import fc from 'fast-check';
import type { KubeObject } from '../kubernetes/objects';
import { contentHash, mergeImages } from '../manifests';
import type { Override, Scale } from './facets';
import { render, renderKey, type Facets } from './render';

/** Freezes all the way down, so that a mutation throws (modules are strict). */
const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
};

const name = fc.constantFrom('web', 'api', 'db');
const region = fc.constantFrom('eu', 'us');
const selector = fc.record({ matchLabels: fc.option(fc.record({ region }), { nil: undefined }) });
const cluster = fc.record({ name: fc.constant('c'), labels: fc.record({ region, tier: fc.string() }) });

const workload = fc
  .record({ name, kind: fc.constantFrom('Deployment', 'StatefulSet'), replicas: fc.nat(9) })
  .map((given): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: given.kind,
    metadata: { name: given.name, namespace: 'shop' },
    spec: {
      replicas: given.replicas,
      template: { spec: { containers: [{ name: 'app', image: 'app:1', args: ['a'] }] } },
    },
  }));
const hpa = name.map((target): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: target, namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target } },
}));
const objects = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: workload }, hpa), {
  minLength: 1,
  selector: ({ kind, metadata }) => `${kind}/${metadata.name}`,
});
const override: fc.Arbitrary<Override> = fc.record({
  clusterSelector: selector,
  replicas: fc.option(fc.nat(99), { nil: undefined }),
});
const scale: fc.Arbitrary<Scale> = fc.record({
  replicas: fc.nat(99),
  workload: fc.option(name, { nil: undefined }),
  clusterSelector: fc.option(selector, { nil: undefined }),
});
const facets: fc.Arbitrary<Facets> = fc.record({
  objects,
  overrides: fc.array(override),
  scales: fc.array(scale),
});

const rendered = (
  given: Facets,
  on: { name: string; labels: Record<string, string> },
): readonly KubeObject[] => {
  const result = render({ ...given, cluster: on });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.objects;
};
const withImage = (given: readonly KubeObject[]): readonly KubeObject[] => {
  const merged = mergeImages(given, { app: 'app:2' });
  return merged.ok ? merged.objects : given;
};

describe('rendering', () => {
  it('mutates nothing', () => {
    fc.assert(
      fc.property(facets, cluster, (given, on) => {
        rendered(frozen(given), frozen(on));
        withImage(given.objects);
      }),
    );
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(facets, cluster, (given, on) => {
        const once = rendered(given, on);
        expect(rendered({ ...given, objects: once }, on)).toEqual(once);
        expect(contentHash(rendered(given, on))).toBe(contentHash(once));
      }),
    );
  });

  it('does not depend on the order in which image, override and scale were set', () => {
    fc.assert(
      fc.property(facets, cluster, (given, on) => {
        const none = { overrides: [], scales: [] };
        const expected = rendered({ ...given, objects: withImage(given.objects) }, on);
        expect(withImage(rendered(given, on))).toEqual(expected);

        const set: Record<'image' | 'override' | 'scale', (of: Facets) => Facets> = {
          image: (of) => ({ ...of, objects: withImage(of.objects) }),
          override: (of) => ({ ...of, overrides: given.overrides }),
          scale: (of) => ({ ...of, scales: given.scales }),
        };
        for (const order of [
          ['image', 'override', 'scale'],
          ['scale', 'image', 'override'],
          ['override', 'scale', 'image'],
        ] as const) {
          const reached = order.reduce<Facets>((of, facet) => set[facet](of), { ...given, ...none });
          expect(rendered(reached, on)).toEqual(expected);
        }
      }),
    );
  });

  it('gives clusters of one key equal objects', () => {
    fc.assert(
      fc.property(facets, cluster, cluster, (given, one, other) => {
        fc.pre(renderKey(given, one) === renderKey(given, other));
        expect(rendered(given, one)).toEqual(rendered(given, other));
      }),
    );
  });

  it('never says replicas under an autoscaler, and else says what was set last', () => {
    fc.assert(
      fc.property(facets, cluster, fc.nat(99), (given, on, last) => {
        const result = rendered({ ...given, scales: [...given.scales, { replicas: last }] }, on);
        const autoscaled = new Set(
          given.objects
            .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
            .map(({ metadata }) => metadata.name),
        );
        for (const { kind, metadata, spec } of result) {
          if (kind === 'HorizontalPodAutoscaler') continue;
          const free = kind !== 'Deployment' || !autoscaled.has(metadata.name);
          expect((spec as { replicas?: number }).replicas).toBe(free ? last : undefined);
        }
      }),
    );
  });
});
