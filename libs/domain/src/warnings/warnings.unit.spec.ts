import type { KubeObject } from '../kubernetes/objects';
import { withValueAt } from '../manifests/json';
import { WARNING_CODES, warningsOf } from './index';

const READY = { httpGet: { path: '/ready', port: 'http' } };
const ALIVE = { httpGet: { path: '/alive', port: 'http' } };

/** A Deployment that nothing is to be said of, with one value (at a path of records) changed. */
const container = {
  name: 'main',
  image: 'shop:1.0',
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: READY,
  livenessProbe: ALIVE,
  lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
};
const workload = (...changes: [path: string, value: unknown][]): KubeObject =>
  changes.reduce<KubeObject>((object, [path, value]) => withValueAt(object, path.split('.'), value), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
    },
  });
const withContainer = (change: object, ...others: object[]): KubeObject =>
  workload(['spec.template.spec.containers', [{ ...container, ...change }, ...others]]);
const service = (...changes: [path: string, value: unknown][]): KubeObject =>
  changes.reduce<KubeObject>((object, [path, value]) => withValueAt(object, path.split('.'), value), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
  });
const budget = (spec: object, name = 'web'): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
});
const autoscaler: KubeObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
};
const job = (image: string): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', namespace: 'shop' },
  spec: { template: { spec: { initContainers: [{ name: 'fetch', image }], containers: [] } } },
});

const MAIN = '/spec/template/spec/containers/0';

/** What is warned of: code, object and path. */
const found = (objects: KubeObject[]): string[] =>
  warningsOf(objects).map(({ code, object, path }) => `${code} ${object.kind} ${path}`);

describe('warnings of manifests', () => {
  it.each<[string, KubeObject[]]>([
    ['probes, a hook, a Service, replicas and a version', [workload(), service()]],
    ['a budget that lets some go', [workload(), service(), budget({ minAvailable: 2 })]],
    [
      'a port by number that nobody declares',
      [withContainer({ ports: [] }), service(['spec.ports', [{ port: 80 }]])],
    ],
    ['a worker that says it listens nowhere', [withContainer({ ports: [], readinessProbe: undefined })]],
    [
      'a Service whose endpoints come from elsewhere',
      [workload(), service(), service(['metadata.name', 'db'], ['spec.selector', undefined])],
    ],
    [
      'a name for another host',
      [
        workload(),
        service(),
        service(['metadata.name', 'db'], ['spec.type', 'ExternalName'], ['spec.selector', { app: 'none' }]),
      ],
    ],
    [
      'a liveness probe that asks the same and gives up later',
      [withContainer({ livenessProbe: { ...READY, failureThreshold: 9 } }), service()],
    ],
    ['one replica that is surged', [workload(['spec.replicas', 1]), service()]],
    [
      'replicas of an autoscaler',
      [workload(['spec.replicas', 1], ['spec.strategy', { type: 'Recreate' }]), service(), autoscaler],
    ],
    ['a helper that no Service reaches', [withContainer({}, { name: 'agent', image: 'agent:1' }), service()]],
    ['a digest', [withContainer({ image: `registry:5000/shop@sha256:${'0'.repeat(64)}` }), service()]],
    [
      'a budget of what an autoscaler scales',
      [workload(), service(), autoscaler, budget({ minAvailable: 3 })],
    ],
    ['a DaemonSet without a Service', [workload(['kind', 'DaemonSet'])]],
    ['nothing that runs', [budget({ maxUnavailable: 1 })]],
  ])('are none for %s', (_, objects) => {
    expect(found(objects)).toEqual([]);
  });

  it.each<[string, KubeObject[], string[]]>([
    ['no Service', [workload()], ['service-missing Deployment /spec/template/metadata/labels']],
    [
      'a Service of another namespace',
      [workload(), service(['metadata.namespace', 'other'])],
      [
        'service-missing Deployment /spec/template/metadata/labels',
        'service-selects-nothing Service /spec/selector',
      ],
    ],
    [
      'a port that no container names',
      [
        workload(),
        service([
          'spec.ports',
          [
            { port: 80, targetPort: 'http' },
            { port: 81, targetPort: 'admin' },
          ],
        ]),
      ],
      ['target-port-unknown Service /spec/ports/1/targetPort'],
    ],
    [
      'no readiness probe',
      [withContainer({ readinessProbe: undefined }), service()],
      [`readiness-probe-missing Deployment ${MAIN}/readinessProbe`],
    ],
    [
      'no readiness probe, by a port that nobody declares',
      [
        withContainer({ readinessProbe: undefined, ports: undefined }),
        service(['spec.ports', [{ port: 80 }]]),
      ],
      [`readiness-probe-missing Deployment ${MAIN}/readinessProbe`],
    ],
    [
      'one on the second container, which the Service reaches by number',
      [
        withContainer(
          {},
          { name: 'proxy', image: 'proxy:1', ports: [{ containerPort: 81 }], lifecycle: container.lifecycle },
        ),
        service(['spec.ports', [{ port: 80, targetPort: 81 }]]),
      ],
      ['readiness-probe-missing Deployment /spec/template/spec/containers/1/readinessProbe'],
    ],
    [
      'the same probe twice',
      [withContainer({ livenessProbe: READY }), service()],
      [`liveness-equals-readiness Deployment ${MAIN}/livenessProbe`],
    ],
    [
      'no hook',
      [withContainer({ lifecycle: { postStart: {} } }), service()],
      [`pre-stop-hook-missing Deployment ${MAIN}/lifecycle/preStop`],
    ],
    [
      'no time to stop',
      [workload(['spec.template.spec.terminationGracePeriodSeconds', 0]), service()],
      ['grace-period-zero Deployment /spec/template/spec/terminationGracePeriodSeconds'],
    ],
    [
      'one replica that is replaced',
      [workload(['spec.replicas', 1], ['spec.strategy', { type: 'Recreate' }]), service()],
      ['single-replica Deployment /spec/replicas'],
    ],
    [
      'one replica without surge',
      [
        workload(['spec.replicas', undefined], ['spec.strategy', { rollingUpdate: { maxSurge: '0%' } }]),
        service(),
      ],
      ['single-replica Deployment /spec/replicas'],
    ],
    [
      'one replica of a StatefulSet',
      [workload(['kind', 'StatefulSet'], ['spec.replicas', 1]), service()],
      ['single-replica StatefulSet /spec/replicas'],
    ],
    [
      'a budget of none',
      [workload(), service(), budget({ maxUnavailable: 0 })],
      ['budget-blocks-drains PodDisruptionBudget /spec/maxUnavailable'],
    ],
    [
      'a budget of none, in percent',
      [workload(), service(), budget({ maxUnavailable: '0%' })],
      ['budget-blocks-drains PodDisruptionBudget /spec/maxUnavailable'],
    ],
    [
      'a budget of all',
      [workload(), service(), budget({ minAvailable: 3 })],
      ['budget-blocks-drains PodDisruptionBudget /spec/minAvailable'],
    ],
    [
      'a budget of nearly all, rounded up',
      [workload(), service(), budget({ minAvailable: '70%' })],
      ['budget-blocks-drains PodDisruptionBudget /spec/minAvailable'],
    ],
    [
      'a budget of all, whatever the autoscaler does',
      [workload(), service(), autoscaler, budget({ minAvailable: '100%' })],
      ['budget-blocks-drains PodDisruptionBudget /spec/minAvailable'],
    ],
    [
      'two budgets',
      [workload(), service(), budget({ maxUnavailable: 1 }), budget({ maxUnavailable: 1 }, 'again')],
      ['budgets-overlap PodDisruptionBudget /spec/selector'],
    ],
    [
      'latest',
      [withContainer({ image: 'registry:5000/shop:latest' }), service()],
      [`image-tag-mutable Deployment ${MAIN}/image`],
    ],
    [
      'no tag',
      [withContainer({ image: 'registry:5000/shop' }), service()],
      [`image-tag-mutable Deployment ${MAIN}/image`],
    ],
    [
      'no tag in what runs before',
      [job('tools')],
      ['image-tag-mutable Job /spec/template/spec/initContainers/0/image'],
    ],
  ])('name %s', (_, objects, expected) => {
    expect(found(objects)).toEqual(expected);
  });

  it('say what is wrong, in the order of the manifests', () => {
    const warnings = warningsOf([
      service(['spec.selector', { app: 'api' }]),
      withContainer({ image: 'shop' }),
    ]);
    expect(warnings.map(({ code }) => code)).toEqual([
      'service-selects-nothing',
      'service-missing',
      'image-tag-mutable',
    ]);
    expect(warnings[2]).toEqual({
      code: 'image-tag-mutable',
      object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      path: `${MAIN}/image`,
      message: '"shop" is another image tomorrow: name a version or a digest',
    });
  });

  it('survive manifests of any shape', () => {
    const odd = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'odd', namespace: 'shop' } };
    const shapes: unknown[] = [
      undefined,
      null,
      7,
      'x',
      [],
      { template: 7 },
      { selector: [], template: { spec: { containers: [null, 7, {}] } } },
    ];
    for (const spec of shapes) {
      for (const kind of ['Deployment', 'Service', 'PodDisruptionBudget']) {
        const apiVersion = { Service: 'v1', PodDisruptionBudget: 'policy/v1' }[kind] ?? 'apps/v1';
        expect(() => warningsOf([{ ...odd, kind, apiVersion, spec }, workload(), service()])).not.toThrow();
      }
    }
  });

  it('are no more than a person reads', () => {
    const many = Array.from({ length: 150 }, (_, index) => service(['metadata.name', `s${index}`]));
    expect(warningsOf(many)).toHaveLength(100);
  });

  it('have every code that is promised', () => {
    const all = [
      workload(
        ['spec.replicas', 1],
        ['spec.strategy', { type: 'Recreate' }],
        ['spec.template.spec.terminationGracePeriodSeconds', 0],
        [
          'spec.template.spec.containers',
          [{ name: 'main', image: 'shop', readinessProbe: READY, livenessProbe: READY }],
        ],
      ),
      service(),
      service(['metadata.name', 'number'], ['spec.ports', [{ port: 80 }]]),
      service(['metadata.name', 'none'], ['spec.selector', { app: 'none' }]),
      budget({ maxUnavailable: 0 }),
      budget({ maxUnavailable: 1 }, 'again'),
      workload(['metadata.name', 'lonely'], ['spec.template.metadata.labels', { app: 'lonely' }]),
      withValueAt(withContainer({ readinessProbe: undefined }), ['metadata', 'name'], 'unready'),
    ];
    expect(new Set(warningsOf(all).map(({ code }) => code))).toEqual(new Set(WARNING_CODES));
  });
});
