import type { KubeObject } from '../kubernetes/objects';
import { parseManifests, type ParsedManifests } from './parse-manifests';
import type { ManifestInput } from './sources';

const configMap = (name: string, extra: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...extra,
});

const parse = (input: ManifestInput): ParsedManifests => parseManifests(input, 'shop');
const objectsOf = (input: ManifestInput): KubeObject[] => {
  const parsed = parse(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.objects;
};
const errorsOf = (input: ManifestInput): readonly { path: string; message: string }[] => {
  const parsed = parse(input);
  if (parsed.ok) throw new Error('was taken');
  return parsed.errors;
};
const nested = (levels: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
};

describe('what is taken', () => {
  it('gives namespaced objects the namespace of the application, unless they name their own', () => {
    const own = { ...configMap('b'), metadata: { name: 'b', namespace: 'other' } };
    const objects = objectsOf({ manifests: [configMap('a'), own] });
    expect(objects.map((object) => object.metadata.namespace)).toEqual(['shop', 'other']);
  });

  it('gives cluster-scoped objects none, custom kinds included when their CRD is among the manifests', () => {
    const crd = (scope: string, kind: string): object => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${kind.toLowerCase()}s.example.io` },
      spec: { group: 'example.io', scope, names: { kind } },
    });
    const custom = (kind: string): object => ({ apiVersion: 'example.io/v1', kind, metadata: { name: 'x' } });
    const objects = objectsOf({
      manifests: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', namespace: 'default' } },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata: { name: 'system:a/b'.replace('/', ':') },
        },
        custom('Fleet'),
        custom('Boat'),
        custom('Unknown'),
        crd('Cluster', 'Fleet'),
        crd('Namespaced', 'Boat'),
      ],
    });
    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['Namespace', undefined],
      ['ClusterRole', undefined],
      ['Fleet', undefined],
      ['Boat', 'shop'],
      ['Unknown', 'shop'],
      ['CustomResourceDefinition', undefined],
      ['CustomResourceDefinition', undefined],
    ]);
  });

  it('drops what the server owns and the last-applied annotation', () => {
    const [object] = objectsOf({
      manifests: [
        {
          ...configMap('a', { data: { k: 'v' }, status: { x: 1 } }),
          metadata: {
            name: 'a',
            uid: 'u',
            resourceVersion: '7',
            generation: 3,
            creationTimestamp: null,
            managedFields: [{}],
            annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'me' },
          },
        },
      ],
    });
    expect(object).toEqual({
      ...configMap('a', { data: { k: 'v' } }),
      metadata: { name: 'a', namespace: 'shop', annotations: { keep: 'me' } },
    });
  });

  it('opens Lists', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [configMap('a'), configMap('b')] };
    expect(objectsOf({ manifests: [list, configMap('c')] }).map((object) => object.metadata.name)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(errorsOf({ manifests: [{ ...list, items: [configMap('a'), configMap('B')] }] })[0]?.path).toBe(
      '/manifests/0/items/1/metadata/name',
    );
  });

  it('does not share with, nor change, what it was given', () => {
    const given = configMap('a', { data: { k: 'v' } });
    const [object] = objectsOf({ manifests: [given] });
    (object?.data as { k: string }).k = 'changed';
    expect(given).toEqual(configMap('a', { data: { k: 'v' } }));
  });

  it('takes exactly 1,000 objects and 64 levels', () => {
    const many = Array.from({ length: 1000 }, (_, index) => configMap(`c${index}`));
    expect(objectsOf({ manifests: many })).toHaveLength(1000);
    expect(objectsOf({ manifests: [configMap('a', { spec: nested(63) })] })).toHaveLength(1);
  });

  it('takes a Secret without content', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: {}, stringData: null };
    expect(objectsOf({ manifests: [secret] })).toHaveLength(1);
  });
});

describe('what is refused, and where', () => {
  const cases: [string, unknown, string, RegExp][] = [
    ['a string', 'x', '', /must be an object/],
    ['null', null, '', /must be an object/],
    ['a list', [], '', /must be an object/],
    ['no apiVersion', { kind: 'ConfigMap', metadata: { name: 'a' } }, '/apiVersion', /VERSION/],
    ['no kind', { apiVersion: 'v1', metadata: { name: 'a' } }, '/kind', /kind/],
    ['a kind that is a number', { apiVersion: 'v1', kind: 4, metadata: { name: 'a' } }, '/kind', /kind/],
    ['no metadata', { apiVersion: 'v1', kind: 'ConfigMap' }, '/metadata', /name/],
    ['no name', { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }, '/metadata/name', /missing/],
    [
      'only generateName',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } },
      '/metadata/name',
      /generated/,
    ],
    ['a name in capitals', configMap('Upper'), '/metadata/name', /DNS-1123 subdomain/],
    ['a name that is too long', configMap('a'.repeat(254)), '/metadata/name', /DNS-1123/],
    [
      'a name that is a number',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 7 } },
      '/metadata/name',
      /string/,
    ],
    [
      'a dotted Service',
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a.b' } },
      '/metadata/name',
      /DNS-1123 label/,
    ],
    [
      'a slash in a Role',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'a/b' } },
      '/metadata/name',
      /"\/"/,
    ],
    [
      'a bad namespace',
      { ...configMap('a'), metadata: { name: 'a', namespace: 'a.b' } },
      '/metadata/namespace',
      /DNS-1123 label/,
    ],
    [
      'a label that is a number',
      { ...configMap('a'), metadata: { name: 'a', labels: { version: 1 } } },
      '/metadata/labels/version',
      /quotes/,
    ],
    [
      'a bad label key',
      { ...configMap('a'), metadata: { name: 'a', labels: { 'a b': 'x' } } },
      '/metadata/labels/a b',
      /63/,
    ],
    [
      'our own label',
      { ...configMap('a'), metadata: { name: 'a', labels: { 'keelson.dev/application': 'x' } } },
      '/metadata/labels/keelson.dev~1application',
      /Keelson/,
    ],
    [
      'our own annotation',
      { ...configMap('a'), metadata: { name: 'a', annotations: { 'keelson.dev/plan': 'x' } } },
      '/metadata/annotations/keelson.dev~1plan',
      /Keelson/,
    ],
    [
      'Secret data',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { p: 'aHVudGVyMg==' } },
      '/data',
      /SealedSecret/,
    ],
    [
      'Secret stringData',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { p: 'x' } },
      '/stringData',
      /ExternalSecret/,
    ],
    ['100 levels', configMap('a', { spec: nested(100) }), `/spec${'/a'.repeat(63)}`, /64 levels/],
    [
      'a prototype key',
      JSON.parse(
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"__proto__":{"x":1}}}',
      ),
      '/data/__proto__',
      /not allowed/,
    ],
    ['a NUL', configMap('a', { data: { k: 'x\0y' } }), '/data/k', /NUL/],
    ['half a surrogate pair', configMap('a', { data: { k: '\ud800' } }), '/data/k', /surrogate/],
    ['an integer that lost digits', configMap('a', { spec: { id: 2 ** 53 } }), '/spec/id', /2\^53/],
  ];
  it.each(cases)('%s', (_, manifest, path, message) => {
    const errors = errorsOf({ manifests: [configMap('fine'), manifest] });
    expect(errors).toEqual([{ path: `/manifests/1${path}`, message: expect.stringMatching(message) }]);
  });

  it('our own label in a pod template', () => {
    const template = { metadata: { labels: { 'keelson.dev/application': 'x' } }, spec: { containers: [] } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template },
    };
    expect(errorsOf({ manifests: [deployment] })[0]?.path).toBe(
      '/manifests/0/spec/template/metadata/labels/keelson.dev~1application',
    );
  });

  it('two objects of one identity, whatever their API version and however they came to their namespace', () => {
    const deployment = (apiVersion: string, namespace?: string): object => ({
      apiVersion,
      kind: 'Deployment',
      metadata: { name: 'web', ...(namespace ? { namespace } : {}) },
    });
    expect(errorsOf({ manifests: [deployment('apps/v1'), deployment('apps/v1beta1', 'shop')] })).toEqual([
      {
        path: '/manifests/1/metadata/name',
        message: 'Deployment shop/web is already defined at /manifests/0',
      },
    ]);
  });

  it('nothing, too much, both and neither', () => {
    expect(errorsOf({ manifests: [] })).toEqual([{ path: '/manifests', message: 'holds no object' }]);
    expect(errorsOf({ manifestYaml: '---\n# nothing\n---\n' })).toEqual([
      { path: '/manifestYaml', message: 'holds no object' },
    ]);
    expect(errorsOf({})[0]?.path).toBe('/manifests');
    expect(errorsOf({ manifests: [configMap('a')], manifestYaml: 'a: 1' })[0]?.message).toMatch(/not both/);
    const many = Array.from({ length: 1001 }, (_, index) => configMap(`c${index}`));
    expect(errorsOf({ manifests: many })[0]).toEqual({
      path: '/manifests',
      message: 'holds 1001 objects; at most 1000 are allowed',
    });
  });

  it('never tells what a Secret holds', () => {
    const yaml = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: hunter2\n';
    const errors = errorsOf({ manifestYaml: yaml });
    expect(errors[0]?.message).toMatch(/^document 1, line 4: \/stringData Secrets must not/);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });

  it('stops at 100 errors', () => {
    const broken = Array.from({ length: 900 }, () => ({ kind: 'ConfigMap' }));
    expect(errorsOf({ manifests: broken })).toHaveLength(100);
  });
});
