import type { KubeObject } from '../kubernetes/objects';
import { largestReplicas, withSidecars, type RenderedSidecar } from './with-sidecars';

const workload = (kind: string, apiVersion = 'apps/v1', pod: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas: 3, template: { spec: { containers: [{ name: 'main', image: 'shop:1' }], ...pod } } },
});
const logs: RenderedSidecar = {
  sidecar: 'logs',
  containers: [{ name: 'agent', image: 'agent:1' }],
  volumes: [{ name: 'spool', emptyDir: {} }],
};
const proxy: RenderedSidecar = {
  sidecar: 'proxy',
  containers: [{ name: 'envoy', image: 'envoy:1' }],
  volumes: [],
};
const podOf = (object: KubeObject | undefined): any => (object as any)?.spec.template.spec;
const rendered = (objects: KubeObject[], ...sidecars: RenderedSidecar[]): readonly KubeObject[] => {
  const result = withSidecars(objects, sidecars);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.objects;
};
const problems = (objects: KubeObject[], ...sidecars: RenderedSidecar[]): readonly object[] => {
  const result = withSidecars(objects, sidecars);
  return result.ok ? [] : result.errors;
};

describe('sidecars in an application', () => {
  it.each([
    ['Deployment', 'apps/v1'],
    ['StatefulSet', 'apps/v1'],
    ['DaemonSet', 'apps/v1'],
    ['ReplicaSet', 'apps/v1'],
    ['CloneSet', 'apps.kruise.io/v1alpha1'],
    ['StatefulSet', 'apps.kruise.io/v1beta1'],
  ])('come after the own containers of a %s (%s)', (kind, apiVersion) => {
    const [object] = rendered([workload(kind, apiVersion)], logs, proxy);
    expect(podOf(object)).toEqual({
      containers: [{ name: 'main', image: 'shop:1' }, ...logs.containers, ...proxy.containers],
      volumes: logs.volumes,
    });
  });

  it.each([
    ['Job', 'batch/v1'],
    ['CronJob', 'batch/v1'],
    ['Pod', 'v1'],
    ['ConfigMap', 'v1'],
  ])('leave a %s as it is', (kind, apiVersion) => {
    const object = workload(kind, apiVersion);
    expect(rendered([object], logs)[0]).toBe(object);
  });

  it('change nothing in what was given, and nothing where there are none', () => {
    const object = workload('Deployment');
    const before = structuredClone(object);
    rendered([object], logs);
    expect(object).toEqual(before);
    expect(rendered([object])[0]).toBe(object);
  });

  it('share a volume that is the very same one', () => {
    const [object] = rendered([workload('Deployment', 'apps/v1', { volumes: logs.volumes })], logs);
    expect(podOf(object).volumes).toEqual(logs.volumes);
  });

  it('are refused where a name is taken, by all that are in the way', () => {
    const init = { initContainers: [{ name: 'agent', image: 'own:1' }] };
    const volumes = [{ name: 'spool', configMap: { name: 'own' } }];
    expect(problems([workload('Deployment', 'apps/v1', { ...init, volumes })], logs)).toEqual([
      { path: '/sidecars/logs', message: 'Deployment shop/web has a container "agent" already' },
      { path: '/sidecars/logs', message: 'Deployment shop/web has another volume "spool" already' },
    ]);
    expect(problems([workload('Deployment')], logs, { ...proxy, containers: logs.containers })).toEqual([
      { path: '/sidecars/proxy', message: 'Deployment shop/web has a container "agent" already' },
    ]);
  });
});

describe('the largest workload', () => {
  it('is the one with the most replicas, of those whose pods last', () => {
    const small = workload('StatefulSet');
    const large = { ...workload('Deployment'), spec: { replicas: 7 } };
    const job = { ...workload('Job', 'batch/v1'), spec: { replicas: 99 } };
    expect(largestReplicas([small, large, job])).toBe(7);
    expect(largestReplicas([])).toBe(0);
  });
});
