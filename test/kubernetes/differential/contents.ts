import fc from 'fast-check';

/** The kinds that are compared; the custom one is installed by the suite. */
export const KINDS = [
  'ConfigMap',
  'Service',
  'Deployment',
  'StatefulSet',
  'PodDisruptionBudget',
  'Widget',
] as const;
export type Kind = (typeof KINDS)[number];

/** An object without its name: some of its metadata and everything else. */
export interface Content {
  readonly metadata: object;
  readonly [field: string]: unknown;
}

/** Of the custom kind. */
const text = { type: 'string' };
export const WIDGET_SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 9 },
        colour: { type: 'string', enum: ['red', 'blue'] },
        tags: { type: 'array', items: text },
        labels: { type: 'object', additionalProperties: text },
        level: { type: 'integer', default: 3 },
      },
    },
  },
};

const record = <T>(model: { [Field in keyof T]: fc.Arbitrary<T[Field]> }) =>
  fc.record<T>(model, { noNullPrototype: true });
const some = <T>(...values: T[]) => fc.subarray(values, { minLength: 1 });
const any = <T>(...values: T[]) => fc.subarray(values);
const good = fc.constantFrom('x', 'y');
const word = fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: fc.constant('ö') });

/** @param use merge patches also say `null`, for a removal */
export function contentsOf(kind: Kind, use: 'whole' | 'merge' | 'strategic'): fc.Arbitrary<Content> {
  const maybe = <T>(values: fc.Arbitrary<T>) =>
    use === 'merge'
      ? fc.oneof(values, fc.constantFrom(undefined, null))
      : fc.option(values, { nil: undefined });

  /** Never empty: who applies an empty map owns it, but on old servers does not. */
  const map = (fields: Record<string, fc.Arbitrary<unknown>>) =>
    record(fields).map((value) =>
      Object.values(value).some((field) => field !== undefined) ? value : undefined,
    );

  const metadata = record({
    labels: maybe(map({ tier: maybe(word), team: maybe(word) })),
    annotations: maybe(map({ note: maybe(fc.constantFrom('x', 'ö')) })),
  });
  const heldMetadata = record({
    labels: maybe(map({ tier: maybe(word) })),
    finalizers: maybe(any('example.com/one', 'example.com/two')),
  });

  const container = record({
    name: fc.constantFrom('main', 'side'),
    image: fc.constantFrom('registry.example/app:1', 'registry.example/app:2'),
    env: maybe(any({ name: 'A', value: '1' }, { name: 'B', value: '2' })),
    ports: maybe(
      // They say their protocol: without it 1.20 refuses an apply.
      any({ containerPort: 80, protocol: 'TCP' }, { containerPort: 81, protocol: 'UDP', name: 'u' }),
    ),
  });
  const templateOf = (fewest: 1 | 2) =>
    record({
      metadata: fc.constantFrom(
        { labels: { app: 'fuzz' } },
        { labels: { app: 'fuzz' }, annotations: { v: '1' } },
      ),
      spec: record({
        containers: fc.uniqueArray(container, {
          minLength: fewest,
          maxLength: 2,
          selector: ({ name }) => name,
        }),
      }),
    });
  const workload = {
    replicas: fc.constant(0),
    selector: fc.constant({ matchLabels: { app: 'fuzz' } }),
  };

  switch (kind) {
    case 'ConfigMap':
      return record({
        metadata: heldMetadata,
        data: maybe(map({ a: maybe(word), b: maybe(word) })),
      });
    case 'Service':
      // 1.20 has a path of its own for Services, on which what is invalid is found before what is stale; and selectors
      // were owned field by field before 1.21, so it does not change here.
      return record({
        metadata: record({ labels: maybe(map({ tier: maybe(good), team: maybe(good) })) }),
        spec: record({
          selector: fc.constant({ app: 'fuzz' }),
          ports: some(
            { name: 'web', port: 80, protocol: 'TCP' },
            { name: 'admin', port: 81, protocol: 'TCP' },
            // A strategic patch merges ports by their numbers alone, and makes a mess of two of one number.
            use === 'strategic'
              ? { name: 'dns-tcp', port: 82, protocol: 'TCP' }
              : { name: 'dns', port: 80, protocol: 'UDP' },
          ),
        }),
      });
    case 'Deployment':
      return record({
        metadata,
        spec: record({
          ...workload,
          template: templateOf(1),
          // Paused: a controller that numbers revisions in annotations would race the next request.
          paused: fc.constant(true),
          minReadySeconds: maybe(fc.constantFrom(1, 5)),
          // Who gives up the only part of rollingUpdate that he set leaves its defaults behind in 1.20, but not later.
          strategy: maybe(fc.constantFrom({ type: 'Recreate' }, { type: 'RollingUpdate' })),
        }),
      });
    case 'StatefulSet':
      return record({
        metadata,
        spec: record({
          ...workload,
          // Who gives up a container that another has a part in leaves it without an image: only 1.20 lets that pass.
          template: templateOf(2),
          serviceName: fc.constant('fuzz'),
          updateStrategy: maybe(
            fc.constantFrom({ type: 'OnDelete' }, { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }),
          ),
        }),
      });
    case 'PodDisruptionBudget':
      return record({
        metadata,
        spec: record({
          selector: fc.constant({ matchLabels: { app: 'fuzz' } }),
          maxUnavailable: fc.constantFrom(1, '10%'),
        }),
      });
    case 'Widget':
      return record({
        metadata: heldMetadata,
        spec: record({
          size: fc.constantFrom<unknown>(1, 5, 5, 99, 'big'),
          colour: maybe(fc.constantFrom('red', 'blue', 'green')),
          tags: maybe(some('p', 'q')),
          labels: maybe(map({ l: maybe(word), m: maybe(word) })),
          unknown: maybe(word),
        }),
      });
  }
}
