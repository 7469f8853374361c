import fc from 'fast-check';
import { keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { applyOrder, applyWaves, deleteOrder } from './apply-order';
import { diffPlans, planContent, planHash } from './plan';

const of = (apiVersion: string, kind: string, name = kind.toLowerCase(), rest: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});

/** One wave a line, in the order of applying. */
const WAVES: KubeObject[][] = [
  [of('v1', 'Namespace'), of('apiextensions.k8s.io/v1', 'CustomResourceDefinition')],
  [
    of('scheduling.k8s.io/v1', 'PriorityClass'),
    of('storage.k8s.io/v1', 'StorageClass'),
    of('v1', 'PersistentVolume'),
  ],
  [
    of('v1', 'ServiceAccount'),
    of('rbac.authorization.k8s.io/v1', 'ClusterRole'),
    of('rbac.authorization.k8s.io/v1', 'RoleBinding'),
  ],
  [
    of('v1', 'ConfigMap'),
    of('v1', 'Secret'),
    of('v1', 'PersistentVolumeClaim'),
    of('bitnami.com/v1alpha1', 'SealedSecret'),
  ],
  [of('v1', 'Service')],
  [of('policy/v1', 'PodDisruptionBudget')],
  [of('apps/v1', 'Deployment'), of('batch/v1', 'Job'), of('apps.kruise.io/v1alpha1', 'CloneSet')],
  [
    of('autoscaling/v2', 'HorizontalPodAutoscaler'),
    of('networking.k8s.io/v1', 'Ingress'),
    of('example.io/v1', 'Fleet'),
  ],
  [
    of('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
    of('apiregistration.k8s.io/v1', 'APIService'),
  ],
];
const all = WAVES.flat();
const keys = (objects: readonly KubeObject[]): string[] => objects.map((object) => keyOf(refOf(object)));
const shuffled = fc.shuffledSubarray(all, { minLength: all.length });

describe('order of applying', () => {
  it('is in waves, whatever the order of the manifests', () => {
    fc.assert(
      fc.property(shuffled, (objects) => {
        expect(applyWaves(objects).map((wave) => keys(wave))).toEqual(WAVES.map((wave) => keys(wave).sort()));
      }),
    );
  });

  it('waves are the order, cut; deleting is the reverse; nothing is lost or moved in place', () => {
    fc.assert(
      fc.property(
        fc.subarray(all).chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
        (objects) => {
          const given = [...objects];
          const ordered = applyOrder(objects);
          expect(applyWaves(objects).flat()).toEqual(ordered);
          expect(applyWaves(objects).every((wave) => wave.length > 0)).toBe(true);
          expect(deleteOrder(objects)).toEqual([...ordered].reverse());
          expect(keys(ordered).sort()).toEqual(keys(objects).sort());
          expect(objects).toEqual(given);
        },
      ),
    );
  });
});

describe('planHash', () => {
  it('is 20 hex characters, whatever the order of objects and keys', () => {
    const turned = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, turned(item)]),
          )
        : value;
    const hash = planHash(all);
    expect(hash).toMatch(/^[0-9a-f]{20}$/);
    fc.assert(
      fc.property(shuffled, (objects) => {
        expect(planHash(objects.map((object) => turned(object) as KubeObject))).toBe(hash);
        expect(planContent(objects)).toEqual({ hash, objects: applyOrder(all) });
      }),
    );
  });

  it('changes with any value', () => {
    const one = of('v1', 'ConfigMap', 'a', { data: { k: 'v' } });
    expect(planHash([one])).not.toBe(planHash([{ ...one, data: { k: 'w' } }]));
    expect(planHash([one])).not.toBe(planHash([]));
  });
});

describe('diffPlans', () => {
  const a = of('v1', 'ConfigMap', 'a');
  const b = of('v1', 'ConfigMap', 'b');
  const service = of('v1', 'Service', 'b');

  it('tells added, changed and removed apart', () => {
    const changed = { ...a, data: { k: 'v' } };
    expect(
      diffPlans(planContent([a, b, service]), planContent([changed, of('v1', 'ConfigMap', 'c')])),
    ).toEqual({
      added: [refOf(of('v1', 'ConfigMap', 'c'))],
      changed: [refOf(a)],
      removed: [refOf(service), refOf(b)],
    });
  });

  it('without an old plan everything is added; equal plans differ in nothing', () => {
    expect(diffPlans(undefined, planContent([a]))).toEqual({ added: [refOf(a)], changed: [], removed: [] });
    expect(diffPlans(planContent([a, b]), planContent([b, a]))).toEqual({
      added: [],
      changed: [],
      removed: [],
    });
  });

  it('another API version is a change', () => {
    const old = of('policy/v1beta1', 'PodDisruptionBudget', 'p');
    const now = of('policy/v1', 'PodDisruptionBudget', 'p');
    expect(diffPlans(planContent([old]), planContent([now]))).toEqual({
      added: [],
      changed: [refOf(now)],
      removed: [],
    });
  });
});
