import type { KubeObject } from '../kubernetes/objects';
import { scalableWorkloads } from './scalable-workloads';

const of = (
  apiVersion: string,
  kind: string,
  name: string,
  spec: object,
  namespace = 'shop',
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});
const hpa = (scaleTargetRef: object, namespace?: string): KubeObject =>
  of('autoscaling/v2', 'HorizontalPodAutoscaler', 'hpa', { scaleTargetRef }, namespace);

describe('scalableWorkloads', () => {
  it('finds what has replicas, 1 where nothing is said', () => {
    const workloads = scalableWorkloads([
      of('apps/v1', 'Deployment', 'web', { replicas: 3 }),
      of('apps/v1', 'StatefulSet', 'db', {}),
      of('apps/v1', 'ReplicaSet', 'rs', { replicas: 0 }),
      of('apps.kruise.io/v1alpha1', 'CloneSet', 'cs', { replicas: 5 }),
      of('apps/v1', 'DaemonSet', 'ds', {}),
      of('example.io/v1', 'Deployment', 'other', { replicas: 9 }),
    ]);
    expect(workloads.map(({ ref, replicas, autoscaled }) => [ref.name, replicas, autoscaled])).toEqual([
      ['web', 3, false],
      ['db', 1, false],
      ['rs', 0, false],
      ['cs', 5, false],
    ]);
  });

  const web = of('apps/v1', 'Deployment', 'web', {});
  const cases: [string, KubeObject, boolean][] = [
    ['an HPA that names it', hpa({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }), true],
    [
      'an HPA that names it by an old version',
      hpa({ apiVersion: 'apps/v1beta1', kind: 'Deployment', name: 'web' }),
      true,
    ],
    ['an HPA of another name', hpa({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' }), false],
    ['an HPA of another kind', hpa({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' }), false],
    [
      'an HPA in another namespace',
      hpa({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, 'other'),
      false,
    ],
    ['an HPA without a target', hpa({}), false],
    [
      'a KEDA ScaledObject',
      of('keda.sh/v1alpha1', 'ScaledObject', 'so', { scaleTargetRef: { name: 'web' } }),
      true,
    ],
  ];
  it.each(cases)('%s', (_, scaler, autoscaled) => {
    expect(scalableWorkloads([web, scaler])[0]?.autoscaled).toBe(autoscaled);
  });
});
