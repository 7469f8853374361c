import type { KubeObject } from '@keelson/domain';
import { neverInPlace, upgradeOf, withLiveTemplate } from './upgrade';

interface Template {
  metadata?: object;
  spec: { containers: object[]; [field: string]: unknown };
}

const deployment = (template: Template, managedFields?: object[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...(managedFields ? { managedFields } : {}) },
  spec: { template },
});

const containers = (main: object, ...others: object[]) => [
  { name: 'main', image: 'main:1', ...main },
  ...others,
];
const spec = (main: object, more: object = {}) => ({ spec: { containers: containers(main), ...more } });

const LIVE: Template = {
  metadata: { creationTimestamp: null, labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'main:1',
        imagePullPolicy: 'IfNotPresent',
        env: [{ name: 'EMPTY' }, { name: 'MODE', value: 'fast' }],
        ports: [{ containerPort: 8080, protocol: 'TCP' }],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '2' } },
        args: ['serve', '--verbose'],
      },
      { name: 'injected', image: 'mesh:1' },
    ],
    restartPolicy: 'Always',
    tolerations: [{ key: 'a', operator: 'Exists' }],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }],
  },
};

describe('what of a plan can be done in a running pod', () => {
  it.each<[string, Template]>([
    ['the same', LIVE],
    ['another image', spec({ image: 'main:2' })],
    ['a default that the plan leaves out', spec({})],
    [
      'a zero value that the server drops',
      spec({ stdin: false, command: [], workingDir: '', lifecycle: {} }),
    ],
    ['a null, which asks for the default', spec({ imagePullPolicy: null })],
    ['an amount written otherwise', spec({ resources: { requests: { cpu: 0.1, memory: '65536Ki' } } })],
    ['an amount as a number', spec({ resources: { limits: { cpu: 2 } } })],
    [
      'a volume size written otherwise',
      spec({}, { volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1024Mi' } }] }),
    ],
    ['a port without its protocol', spec({ ports: [{ containerPort: 8080 }] })],
    [
      'an empty variable',
      spec({
        env: [
          { name: 'EMPTY', value: '' },
          { name: 'MODE', value: 'fast' },
        ],
      }),
    ],
    [
      'other labels and annotations',
      { metadata: { labels: { app: 'web', v: '2' }, annotations: { a: 'b' } }, ...spec({}) },
    ],
  ])('all of it: %s', (_, planned) => {
    expect(neverInPlace(deployment(planned), deployment(LIVE))).toBeUndefined();
  });

  it.each<[string, Template, string]>([
    ['a variable', spec({ env: [{ name: 'MODE', value: 'slow' }] }), 'containers/main/env/MODE/value'],
    ['a new variable', spec({ env: [{ name: 'NEW', value: '1' }] }), 'containers/main/env/NEW'],
    [
      'the order of variables, which refer to each other',
      spec({ env: [{ name: 'MODE', value: 'fast' }, { name: 'EMPTY' }] }),
      'containers/main/env/EMPTY',
    ],
    [
      'an amount',
      spec({ resources: { requests: { cpu: '101m' } } }),
      'containers/main/resources/requests/cpu',
    ],
    ['an argument', spec({ args: ['serve'] }), 'containers/main/args'],
    ['a port', spec({ ports: [{ containerPort: 8081 }] }), 'containers/main/ports/8081'],
    [
      'a container',
      { spec: { containers: containers({}, { name: 'log', image: 'log:1' }) } },
      'containers/log',
    ],
    [
      'a list that is one thing',
      spec({}, { tolerations: [{ key: 'b', operator: 'Exists' }] }),
      'tolerations/0/key',
    ],
    [
      'an init container, whose image does nothing for a pod that runs',
      spec({}, { initContainers: [{ name: 'init', image: 'init:2' }] }),
      'initContainers',
    ],
    ['a zero that means something', spec({}, { restartPolicy: 'Never' }), 'restartPolicy'],
  ])('not %s', (_, planned, place) => {
    expect(neverInPlace(deployment(planned), deployment(LIVE))).toBe(`/spec/template/spec/${place}`);
  });

  describe('with fields that we own', () => {
    const owned = (fields: object) => [
      { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:template': {} } } },
      {
        manager: 'keelson',
        operation: 'Apply',
        fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': fields } } },
      },
    ];
    const main = (fields: object) =>
      owned({ 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:name': {}, ...fields } } });
    const planned = deployment(spec({ ports: [{ containerPort: 8080 }] }));

    it.each<[string, object[], string]>([
      [
        'a variable',
        main({ 'f:env': { 'k:{"name":"MODE"}': { '.': {}, 'f:name': {}, 'f:value': {} } } }),
        'containers/main/env',
      ],
      ['a setting', owned({ 'f:restartPolicy': {} }), 'restartPolicy'],
      [
        'a container',
        owned({ 'f:containers': { 'k:{"name":"injected"}': { '.': {} } } }),
        'containers/injected',
      ],
    ])('not %s that the plan has no longer', (_, fields, place) => {
      expect(neverInPlace(planned, deployment(LIVE, fields))).toBe(`/spec/template/spec/${place}`);
    });

    it.each<[string, object[]]>([
      [
        'what the plan still has',
        main({
          'f:image': {},
          'f:ports': { 'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
        }),
      ],
      ['what is not there', owned({ 'f:hostname': {} })],
      ['what is another manager’s', []],
    ])('but %s', (_, fields) => {
      expect(neverInPlace(planned, deployment(LIVE, fields))).toBeUndefined();
    });
  });
});

describe('the metadata of an upgraded template', () => {
  const metadataFields = (labels: object) => [
    {
      manager: 'keelson',
      operation: 'Apply',
      fieldsV1: { 'f:spec': { 'f:template': { 'f:metadata': { 'f:labels': labels } } } },
    },
  ];
  const live = deployment(
    { ...LIVE, metadata: { labels: { app: 'web', ours: '1', theirs: '1' } } },
    metadataFields({ 'f:app': {}, 'f:ours': {} }),
  );
  const planned = deployment({
    metadata: { labels: { app: 'web', fresh: '2' } },
    ...spec({ image: 'main:2' }),
  });

  it('is what server-side apply will make of it', () => {
    expect(upgradeOf(planned, live)).toEqual({
      images: new Map([['main', 'main:2']]),
      labels: { app: 'web', theirs: '1', fresh: '2' },
      annotations: {},
    });
  });

  it('stays as it is in what stands in for the plan', () => {
    expect(withLiveTemplate(planned, live)['spec']).toEqual({
      template: { metadata: { labels: { app: 'web', ours: '1' } }, spec: { containers: containers({}) } },
    });
  });
});
