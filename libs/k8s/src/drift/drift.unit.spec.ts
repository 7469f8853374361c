// Over 400 lines: one table of cases for one public function, read best in one place.
import fc from 'fast-check';
import type { KubeObject } from '@keelson/domain';
import { driftOf } from './drift-of';
import { extractOwned } from './extract';
import type { FieldsV1 } from './fields-v1';
import { FormPool, NormalForms, type Remembered } from './normal-form';
import { sameJson } from './same-json';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const ours = (fieldsV1: FieldsV1) => ({ manager: 'keelson', operation: 'Apply', fieldsV1 });

/** As Kubernetes 1.20 answered to an apply, shortened to what matters. */
const deploymentFields: FieldsV1 = {
  'f:metadata': {
    'f:annotations': { 'f:keelson.dev/generation': {}, 'f:keelson.dev/plan': {} },
    'f:labels': { 'f:keelson.dev/application': {} },
  },
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"main"}': {
            '.': {},
            'f:args': {},
            'f:image': {},
            'f:name': {},
            'f:ports': {
              'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
              'k:{"containerPort":80,"protocol":"UDP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} },
            },
            'f:resources': { 'f:limits': { 'f:cpu': {} } },
            'f:securityContext': {},
          },
        },
      },
    },
  },
};

const container = () => ({
  name: 'main',
  image: 'shop:1',
  args: ['--verbose', '--port=80'],
  ports: [
    { containerPort: 80, protocol: 'TCP' },
    { containerPort: 80, protocol: 'UDP' },
  ],
  resources: { limits: { cpu: '1' } },
  securityContext: {},
  imagePullPolicy: 'Always',
});

const deployment = (): any => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'shop',
    namespace: 'shop',
    uid: 'u1',
    resourceVersion: '7',
    annotations: {
      'keelson.dev/generation': '5',
      'keelson.dev/plan': 'hash',
      'deployment.kubernetes.io/revision': '1',
    },
    labels: { 'keelson.dev/application': 'shop', team: 'a' },
    managedFields: [ours(deploymentFields)],
  },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'shop' } },
    template: { spec: { containers: [container()], restartPolicy: 'Always' } },
  },
  status: { replicas: 3 },
});

const remember = (object: KubeObject): Remembered => {
  const remembered = new NormalForms().remember(object);
  if (!remembered) throw new Error('nothing to remember');
  return remembered;
};

describe('extractOwned', () => {
  it.each<[name: string, object: unknown, fields: FieldsV1, owned: unknown]>([
    [
      'fields of granular maps',
      { data: { a: '1', b: '2' } },
      { 'f:data': { 'f:a': {} } },
      { data: { a: '1' } },
    ],
    ['an atomic map as a whole', { s: { a: { b: 1 } } }, { 'f:s': {} }, { s: { a: { b: 1 } } }],
    ['an atomic list as a whole', { args: ['x', 'y'] }, { 'f:args': {} }, { args: ['x', 'y'] }],
    [
      'list elements by one key',
      { c: [{ name: 'theirs' }, { name: 'main', image: 'i', other: 1 }] },
      { 'f:c': { 'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:image': {} } } },
      { c: [{ name: 'main', image: 'i' }] },
    ],
    [
      'list elements by two keys, the defaulted one included',
      {
        p: [
          { port: 80, protocol: 'UDP' },
          { port: 80, protocol: 'TCP', nodePort: 1 },
        ],
      },
      { 'f:p': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
      { p: [{ port: 80, protocol: 'TCP' }] },
    ],
    [
      'elements of sets',
      { metadata: { finalizers: ['theirs/x', 'ours/y'] } },
      { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"ours/y"': {} } } },
      { metadata: { finalizers: ['ours/y'] } },
    ],
    ['elements by index', { l: ['a', 'b'] }, { 'f:l': { 'i:1': {} } }, { l: ['b'] }],
    ['nothing for what is not there', { a: 1 }, { 'f:b': { 'f:c': {} }, 'f:a': {} }, { a: 1 }],
    ['nothing for entries that cannot be read', { a: 1 }, { 'z:?': {}, 'k:{': {}, 'f:a': {} }, { a: 1 }],
    [
      'elements in the order of the list',
      { c: [{ name: 'b' }, { name: 'a' }] },
      { 'f:c': { 'k:{"name":"a"}': { 'f:name': {} }, 'k:{"name":"b"}': { 'f:name': {} } } },
      { c: [{ name: 'b' }, { name: 'a' }] },
    ],
  ])('takes %s', (_name, object, fields, owned) => {
    expect(extractOwned(object, fields)).toEqual(owned);
  });
});

describe('driftOf', () => {
  const kubectl = (fieldsV1: FieldsV1, time = '2026-01-02T03:04:05Z') => ({
    manager: 'kubectl-edit',
    operation: 'Update',
    time,
    fieldsV1,
  });
  const changed = (change: (live: any) => void) => {
    const live = deployment();
    change(live);
    return driftOf(remember(deployment()), live);
  };

  it('finds none in the answer itself, whatever others added', () => {
    expect(
      changed((live) => {
        live.spec.template.spec.containers.unshift({ name: 'injected', image: 'mesh' });
        live.spec.paused = true;
        live.metadata.labels.extra = 'x';
        live.status = { replicas: 1 };
      }),
    ).toEqual([]);
  });

  it('names the path, both values, and who did it when', () => {
    const fields = {
      'f:spec': {
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"main"}': { 'f:image': {} } } } },
      },
    };
    expect(
      changed((live) => {
        live.spec.template.spec.containers[0].image = 'shop:evil';
        live.metadata.managedFields.push(
          kubectl(fields, '2026-01-01T00:00:00Z'),
          { manager: 'bystander', operation: 'Update', time: '2026-12-31T00:00:00Z', fieldsV1: {} },
          kubectl(fields),
        );
      }),
    ).toEqual([
      {
        path: '/spec/template/spec/containers/0/image',
        from: 'shop:1',
        to: 'shop:evil',
        manager: 'kubectl-edit',
        at: '2026-01-02T03:04:05Z',
      },
    ]);
  });

  it.each<[name: string, change: (live: any) => void, path: string]>([
    ['a removed field', (live) => delete live.spec.replicas, '/spec/replicas'],
    [
      'a removed container, once',
      (live) => (live.spec.template.spec.containers = []),
      '/spec/template/spec/containers/0',
    ],
    [
      'a removed port of two with one number',
      (live) => live.spec.template.spec.containers[0].ports.pop(),
      '/spec/template/spec/containers/0/ports/1',
    ],
    [
      'another quantity',
      (live) => (live.spec.template.spec.containers[0].resources.limits.cpu = '2'),
      '/spec/template/spec/containers/0/resources/limits/cpu',
    ],
    ['a removed parent', (live) => delete live.spec.template, '/spec/template'],
    ['a list in place of a map', (live) => (live.spec.template = []), '/spec/template'],
    [
      'our label taken away',
      (live) => delete live.metadata.labels['keelson.dev/application'],
      '/metadata/labels/keelson.dev~1application',
    ],
    [
      'another generation',
      (live) => (live.metadata.annotations['keelson.dev/generation'] = '4'),
      '/metadata/annotations/keelson.dev~1generation',
    ],
  ])('finds %s', (_name, change, path) => {
    expect(changed(change).map((drift) => drift.path)).toEqual([path]);
  });

  it('finds a change inside something atomic, which takes it from us', () => {
    const drifts = changed((live) => {
      live.spec.template.spec.containers[0].args = ['--quiet'];
      const fields = structuredClone(deploymentFields) as any;
      delete fields['f:spec']['f:template']['f:spec']['f:containers']['k:{"name":"main"}']['f:args'];
      live.metadata.managedFields = [ours(fields)];
    });
    expect(drifts.map(({ path }) => path)).toEqual(['/spec/template/spec/containers/0/args']);
  });

  it('does not call it drift when others fill what the plan leaves empty', () => {
    const fill = (live: any) => (live.spec.template.spec.containers[0].securityContext = { runAsUser: 5 });
    expect(changed(fill)).toEqual([]);
    expect(changed((live) => (fill(live), delete live.metadata.managedFields))).toEqual([]);
  });

  it('still finds drift after our entry has disappeared', () => {
    const configMap = (data: object, entries: object[]): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', managedFields: entries },
      data,
    });
    const fields = { 'f:data': { 'f:a': {} } };
    const remembered = remember(configMap({ a: '1' }, [ours(fields)]));
    expect(driftOf(remembered, configMap({ a: '2' }, [kubectl(fields)]))).toMatchObject([
      { path: '/data/a', manager: 'kubectl-edit' },
    ]);
  });

  it('does not hold an object to what the server never stores', () => {
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', managedFields: [ours({ 'f:stringData': { 'f:a': {} } })] },
    };
    expect(driftOf(remember(secret), { ...secret, stringData: { a: 'x' } })).toEqual([]);
  });

  it('shows no value of a Secret', () => {
    const secret = (data: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', managedFields: [ours({ 'f:data': { 'f:a': {}, 'f:b': {} } })] },
      data,
    });
    const drifts = driftOf(remember(secret({ a: 'cGxhbg==', b: 'cGxhbg==' })), secret({ a: 'bGl2ZQ==' }));
    expect(drifts.map(({ path }) => path)).toEqual(['/data/a', '/data/b']);
    expect(JSON.stringify(drifts)).not.toMatch(/cGxhbg|bGl2ZQ/);
    expect(drifts[0]).toMatchObject({ from: '*** (planned)', to: '*** (live)' });
    const emptied = driftOf(remember(secret({ a: 'cGxhbg==', b: 'cGxhbg==' })), {
      ...secret({}),
      data: undefined,
    });
    expect(emptied).toEqual([
      { path: '/data', from: { a: '*** (planned)', b: '*** (planned)' }, to: undefined },
    ]);
  });

  it.each([
    [
      'that annotation',
      (now: any) => (now[LAST_APPLIED] = 'other'),
      `/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration`,
    ],
    [
      'all annotations',
      (now: any) => {
        for (const key in now) delete now[key];
      },
      '/metadata/annotations',
    ],
  ])('shows no copy of a Secret in an annotation when it differs in %s', (_, change, path) => {
    const secret = (): any => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 's',
        annotations: { [LAST_APPLIED]: '{"data":{"a":"cGxhbg=="}}', team: 'a' },
        managedFields: [
          ours({ 'f:metadata': { 'f:annotations': { [`f:${LAST_APPLIED}`]: {}, 'f:team': {} } } }),
        ],
      },
    });
    const live = secret();
    change(live.metadata.annotations);
    if (Object.keys(live.metadata.annotations).length === 0) delete live.metadata.annotations;
    const drifts = driftOf(remember(secret()), live);
    expect(drifts.map((drift) => drift.path)).toEqual([path]);
    expect(JSON.stringify(drifts)).not.toContain('cGxhbg');
  });

  it('counts elements of lists as the plan does, whatever order they are kept in', () => {
    const fields: FieldsV1 = {
      'f:spec': {
        'f:list': {
          'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} },
          'k:{"name":"b"}': { '.': {}, 'f:image': {}, 'f:name': {} },
        },
      },
    };
    const thing = (list: object[]): KubeObject => ({
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 't', managedFields: [ours(fields)] },
      spec: { list },
    });
    const [a, b] = [
      { name: 'a', image: '1' },
      { name: 'b', image: '1' },
    ];
    const remembered = new NormalForms().remember(thing([b, a]), thing([a, b]))!;
    const drifts = driftOf(remembered, thing([{ name: 'injected' }, { ...b, image: '2' }, a]));
    expect(drifts).toMatchObject([{ path: '/spec/list/1/image', from: '1', to: '2' }]);
  });
});

describe('sameJson', () => {
  it.each([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{ a: 1 }, {}, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    ['1', 1, false],
    [null, undefined, false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameJson(a, b)).toBe(same);
    expect(sameJson(b, a)).toBe(same);
  });
});

describe('NormalForms', () => {
  it('shares one form among clusters, whatever their generations', () => {
    const pool = new FormPool();
    const forms = [1, 2, 3].map((generation) => {
      const object = deployment();
      object.metadata.annotations['keelson.dev/generation'] = String(generation);
      return new NormalForms(pool).remember(object);
    });
    expect(new Set(forms.map((remembered) => remembered?.form)).size).toBe(1);
    expect(forms.map((remembered) => remembered?.generation)).toEqual(['1', '2', '3']);
    expect(pool.size).toBe(1);
  });

  it('does not take metadata for atomic when the marks were all of it', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'c',
        annotations: { 'keelson.dev/plan': 'h' },
        managedFields: [
          ours({
            'f:metadata': { 'f:annotations': { '.': {}, 'f:keelson.dev/plan': {} } },
            'f:data': { 'f:a': {} },
          }),
        ],
      },
      data: { a: '1' },
    };
    const live = { ...object, metadata: { ...object.metadata, resourceVersion: '99' } };
    expect(driftOf(remember(object), live)).toEqual([]);
  });

  it('remembers nothing of an object without an entry of ours', () => {
    const object = deployment();
    object.metadata.managedFields[0].operation = 'Update';
    expect(new NormalForms().remember(object)).toBeUndefined();
  });
});

/** Values with the fieldsV1 of a manager that owns all of them, and one that owns nothing. */
const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.string({ maxLength: 5 }));
const name = fc.stringMatching(/^[a-z]{1,4}$/);
const owned: fc.Arbitrary<{ value: any; fields: FieldsV1 }> = fc.letrec<{ node: any; map: any }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar.map((value) => ({ value, fields: {} })),
    fc.array(scalar, { minLength: 1, maxLength: 3 }).map((value) => ({ value, fields: {} })),
    fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 }).map((value) => ({
      value,
      fields: { '.': {}, ...Object.fromEntries(value.map((each) => [`v:${each}`, {}])) },
    })),
    fc.dictionary(name, tie('map'), { minKeys: 1, maxKeys: 3 }).map((elements) => ({
      value: Object.entries(elements).map(([id, { value }]: any) => ({ id, ...value })),
      fields: Object.fromEntries(
        Object.entries(elements).map(([id, { fields }]: any) => [
          `k:{"id":"${id}"}`,
          { '.': {}, 'f:id': {}, ...fields },
        ]),
      ),
    })),
    tie('map'),
  ),
  map: fc
    .dictionary(
      name.filter((key) => key !== 'id'),
      tie('node'),
      { minKeys: 1, maxKeys: 3 },
    )
    .map((entries) => ({
      value: Object.fromEntries(Object.entries(entries).map(([key, { value }]: any) => [key, value])),
      fields: Object.fromEntries(
        Object.entries(entries).map(([key, { fields }]: any) => [`f:${key}`, fields]),
      ),
    })),
})).map;

const objectOf = (spec: any, fields: FieldsV1): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 't', managedFields: [ours({ 'f:spec': fields })] },
  spec,
});

/** Every place of a value that is a leaf of the trie, by JSON Pointer. */
const leaves = (value: any, fields: FieldsV1, path: string[] = []): string[][] => {
  const entries = Object.entries(fields).filter(([raw]) => raw !== '.');
  if (entries.length === 0) return [path];
  return entries.flatMap(([raw, child]) => {
    if (raw.startsWith('f:')) return leaves(value[raw.slice(2)], child, [...path, raw.slice(2)]);
    const wanted = JSON.parse(raw.slice(2));
    const index = value.findIndex((each: any) =>
      raw.startsWith('v:') ? each === wanted : each.id === wanted.id,
    );
    return raw.startsWith('v:')
      ? [[...path, String(index)]]
      : leaves(value[index], child, [...path, String(index)]);
  });
};

describe('drift, for any object', () => {
  it('is none for an unchanged object, whose owned part is the memory', () => {
    fc.assert(
      fc.property(owned, ({ value, fields }) => {
        const object = objectOf(value, fields);
        expect(extractOwned(object, { 'f:spec': fields })).toEqual({ spec: value });
        expect(driftOf(remember(object), structuredClone(object))).toEqual([]);
      }),
    );
  });

  it('is found at every owned leaf, and only there', () => {
    fc.assert(
      fc.property(owned, fc.nat(), ({ value, fields }, pick) => {
        const all = leaves(value, fields).filter((path) => path.at(-1) !== 'id');
        fc.pre(all.length > 0);
        const path = all[pick % all.length]!;
        const live = objectOf(structuredClone(value), {});
        // Nobody's entry: an atomic list that changed is not ours any more.
        let place = live['spec'] as any;
        for (const token of path.slice(0, -1)) place = place[token];
        place[path.at(-1)!] = 'something else entirely';
        const drifts = driftOf(remember(objectOf(value, fields)), live);
        expect(drifts.map((drift) => drift.path)).toEqual([`/spec/${path.join('/')}`]);
      }),
    );
  });

  it('is none when others add fields and elements of theirs', () => {
    const add = (value: any): void => {
      if (Array.isArray(value)) {
        if (value.every((each) => typeof each === 'object')) {
          value.forEach(add);
          value.unshift({ id: 'THEIRS', x: 1 });
        }
      } else if (typeof value === 'object' && value !== null) {
        Object.values(value).forEach(add);
        value.THEIRS = 'x';
      }
    };
    fc.assert(
      fc.property(owned, ({ value, fields }) => {
        const live = structuredClone(value);
        add(live);
        expect(driftOf(remember(objectOf(value, fields)), objectOf(live, fields))).toEqual([]);
      }),
    );
  });
});
