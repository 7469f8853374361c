import type { KubeObject } from '../kubernetes/objects';
import { render, renderKey, type Facets } from './render';
import type { Rendered } from './apply-override';
import type { Override, PatchOperation } from './facets';
import { validateOverrides } from './validate-overrides';

const workload = (kind: string, name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name: 'app', image: 'app:1', env: [] }] } },
    ...spec,
  },
});
const web = workload('Deployment', 'web');
const db = workload('StatefulSet', 'db');
const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' } };
const eu = { name: 'eu-1', labels: { region: 'eu' } };
const us = { name: 'us-1', labels: { region: 'us' } };
const inEu = { matchLabels: { region: 'eu' } };

const facets = (over: Partial<Facets> = {}): Facets => ({
  objects: [web, db],
  overrides: [],
  scales: [],
  ...over,
});
const objectsOf = (rendered: Rendered | undefined): readonly KubeObject[] => {
  if (!rendered?.ok) throw new Error(JSON.stringify(rendered));
  return rendered.objects;
};
const replicasOf = (over: Partial<Facets>, cluster = eu): unknown[] =>
  objectsOf(render({ ...facets(over), cluster })).map(({ spec }) => (spec as { replicas?: number }).replicas);
const patching = (patch: PatchOperation[], target = { kind: 'Deployment', name: 'web' }): Override => ({
  clusterSelector: {},
  patches: [{ target, patch }],
});

describe('replicas', () => {
  it('manifest < override < scale, the later of each before the earlier', () => {
    expect(replicasOf({})).toEqual([2, 2]);
    expect(replicasOf({ overrides: [{ clusterSelector: inEu, replicas: 5 }] })).toEqual([5, 5]);
    expect(replicasOf({ overrides: [{ clusterSelector: inEu, replicas: 5 }] }, us)).toEqual([2, 2]);
    expect(
      replicasOf({
        overrides: [
          { clusterSelector: {}, replicas: 5 },
          { clusterSelector: inEu, replicas: 6 },
        ],
        scales: [{ replicas: 7, workload: 'web' }],
      }),
    ).toEqual([7, 6]);
    expect(
      replicasOf({
        scales: [
          { replicas: 7, workload: 'Deployment/web' },
          { replicas: 8, workload: 'web', clusterSelector: inEu },
          { replicas: 9, clusterSelector: { matchLabels: { region: 'us' } } },
        ],
      }),
    ).toEqual([8, 2]);
  });

  it('reaches zero, and ignores a scale whose workload is gone', () => {
    expect(replicasOf({ scales: [{ replicas: 0 }] })).toEqual([0, 0]);
    expect(replicasOf({ scales: [{ replicas: 9, workload: 'StatefulSet/web' }] })).toEqual([2, 2]);
  });

  it('that were asked for are said, even where they are the default', () => {
    const silent = workload('Deployment', 'web', { replicas: undefined });
    expect(replicasOf({ objects: [silent], scales: [{ replicas: 1 }] })).toEqual([1]);
  });

  it('are left to an autoscaler, whoever set them', () => {
    const hpa: KubeObject = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    };
    const [rendered] = objectsOf(
      render({
        objects: [web, db, hpa],
        overrides: [
          { clusterSelector: {}, replicas: 5 },
          patching([{ op: 'replace', path: '/spec/replicas', value: 4 }]),
        ],
        scales: [{ replicas: 7 }],
        cluster: eu,
      }),
    );
    expect(rendered?.spec).not.toHaveProperty('replicas');
    expect(web.spec).toHaveProperty('replicas', 2);
  });
});

describe('patches', () => {
  const image: PatchOperation = {
    op: 'replace',
    path: '/spec/template/spec/containers/0/image',
    value: 'app:eu',
  };

  it('are applied in order, to the object they name, in the clusters they are for', () => {
    const overrides = [
      {
        ...patching([{ op: 'add', path: '/metadata/labels/tier', value: 'a' }, image]),
        clusterSelector: inEu,
      },
      patching([{ op: 'test', path: '/metadata/labels/app', value: 'web' }]),
    ];
    const [inEurope] = objectsOf(render({ ...facets({ overrides }), cluster: eu }));
    expect(inEurope?.metadata.labels).toEqual({ app: 'web', tier: 'a' });
    expect(JSON.stringify(inEurope)).toContain('app:eu');
    expect(objectsOf(render({ ...facets({ overrides }), cluster: us }))[0]).toEqual(web);
    expect(JSON.stringify(web)).not.toContain('app:eu');
  });

  it('do not leave their values behind for a later patch to change', () => {
    const value = { a: 1 };
    const overrides = [
      patching([
        { op: 'add', path: '/spec/extra', value },
        { op: 'add', path: '/spec/extra/b', value: 2 },
      ]),
    ];
    expect(objectsOf(render({ ...facets({ overrides }), cluster: eu }))[0]?.spec).toMatchObject({
      extra: { a: 1, b: 2 },
    });
    expect(value).toEqual({ a: 1 });
  });

  const containers = '/spec/template/spec/containers';
  const refused: [string, PatchOperation, string, RegExp][] = [
    [
      'a path that is not there',
      { op: 'replace', path: '/spec/nothing', value: 1 },
      '/0',
      /replace \/spec\/nothing: the path does not exist/,
    ],
    ['a parent that is not there', { op: 'add', path: '/spec/no/thing', value: 1 }, '/0', /does not exist/],
    ['an index beyond the end', { op: 'add', path: `${containers}/2`, value: {} }, '/0', /does not exist/],
    ['an empty index', { op: 'replace', path: `${containers}/`, value: {} }, '/0', /does not exist/],
    ['a test that fails', { op: 'test', path: '/spec/replicas', value: 3 }, '/0', /another value/],
    ['a move from nowhere', { op: 'move', path: '/spec/a', from: '/spec/b' }, '/0', /nothing at \/spec\/b/],
    ['a move without from', { op: 'move', path: '/spec/a' }, '/0', /from is needed/],
    ['an add without a value', { op: 'add', path: '/spec/a' }, '/0', /value is needed/],
    ['an operation of its own', { op: '_get' as 'add', path: '/spec', value: 1 }, '/0', /RFC 6902/],
    ['a path that is no pointer', { op: 'add', path: 'spec', value: 1 }, '/0', /does not exist/],
    [
      'another name',
      { op: 'replace', path: '/metadata/name', value: 'api' },
      '',
      /another object \(Deployment shop\/api\)/,
    ],
    ['another namespace', { op: 'remove', path: '/metadata/namespace' }, '', /another object/],
    [
      'another version',
      { op: 'replace', path: '/apiVersion', value: 'apps/v1beta1' },
      '',
      /apiVersion, kind/,
    ],
    ['another kind', { op: 'replace', path: '/kind', value: 'DaemonSet' }, '', /another object/],
    ['another object altogether', { op: 'replace', path: '', value: db }, '', /another object/],
    ['no object any more', { op: 'remove', path: '' }, '', /no longer an object/],
    [
      'our own label',
      { op: 'add', path: '/metadata/labels/keelson.dev~1application', value: 'x' },
      '',
      /Keelson/,
    ],
    ['a prototype by path', { op: 'add', path: '/metadata/__proto__', value: {} }, '/0', /does not exist/],
    [
      'a prototype by value',
      { op: 'add', path: '/spec/x', value: JSON.parse('{"__proto__":{"y":1}}') },
      '',
      /not allowed/,
    ],
    [
      'an inherited property',
      { op: 'add', path: '/metadata/constructor/polluted', value: 1 },
      '/0',
      /does not exist/,
    ],
    [
      'an inherited function',
      { op: 'replace', path: '/metadata/constructor/keys', value: 1 },
      '/0',
      /does not exist/,
    ],
  ];
  it.each(refused)('%s is refused', (_, operation, path, message) => {
    const overrides = [patching([]), patching([operation])];
    const expected = [
      {
        path: `/overrides/1/patches/0/patch${path}`,
        message: expect.stringMatching(new RegExp(`^Deployment shop/web: .*${message.source}`)),
      },
    ];
    expect(render({ ...facets({ overrides }), cluster: eu })).toEqual({ ok: false, errors: expected });
    expect(validateOverrides([web, db], overrides)).toEqual(expected);
    expect(typeof Object.keys).toBe('function');
    expect(Object).not.toHaveProperty('polluted');
  });

  it('a target that is not there, and Secret content', () => {
    const overrides = [patching([], { kind: 'Deployment', name: 'api' })];
    expect(render({ ...facets({ overrides }), cluster: eu })).toEqual({
      ok: false,
      errors: [
        { path: '/overrides/0/patches/0/target', message: 'there is no Deployment api in the manifests' },
      ],
    });
    const leak = [
      patching([{ op: 'add', path: '/stringData', value: { p: 'hunter2' } }], { kind: 'Secret', name: 's' }),
    ];
    const [error] = validateOverrides([secret], leak);
    expect(error?.message).toMatch(/must not enter the log/);
    expect(error?.message).not.toContain('hunter2');
  });
});

describe('validateOverrides', () => {
  it('takes an override that applies alone or only after those before it', () => {
    const remove = patching([{ op: 'remove', path: '/spec/replicas' }]);
    const add = patching([{ op: 'add', path: '/spec/list', value: [] }]);
    const append = patching([{ op: 'add', path: '/spec/list/-', value: 1 }]);
    expect(validateOverrides([web], [remove, remove, add, append])).toEqual([]);
    expect(validateOverrides([web], [append])).toHaveLength(1);
  });

  it.each([-1, 1.5, 2 ** 31, Number.NaN])('refuses %s replicas', (replicas) => {
    expect(
      validateOverrides([web], [{ clusterSelector: { matchLabels: { 'bad key': 'x' } }, replicas }]),
    ).toEqual([
      { path: '/overrides/0/clusterSelector/matchLabels/bad key', message: expect.any(String) },
      { path: '/overrides/0/replicas', message: expect.stringMatching(/whole number/) },
    ]);
  });
});

describe('fleets', () => {
  it('fall into groups of equal clusters, each of which is rendered alike', () => {
    const given = facets({ overrides: [{ clusterSelector: inEu, replicas: 5 }] });
    const clusters = Array.from({ length: 1000 }, (_, index) => ({
      name: `c${index}`,
      labels: { region: index % 2 ? 'eu' : 'us', index: String(index) },
    }));
    expect(new Set(clusters.map((cluster) => renderKey(given, cluster))).size).toBe(2);
    const replicas = clusters.map((cluster) => objectsOf(render({ ...given, cluster }))[0]?.spec);
    expect(replicas[1]).toMatchObject({ replicas: 5 });
    expect(replicas[2]).toMatchObject({ replicas: 2 });
  });

  it('the key tells overrides from scales', () => {
    const scale = { clusterSelector: inEu, replicas: 1 };
    expect(renderKey({ overrides: [scale], scales: [] }, eu)).not.toBe(
      renderKey({ overrides: [], scales: [scale] }, eu),
    );
  });
});
