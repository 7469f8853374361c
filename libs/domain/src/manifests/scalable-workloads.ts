import { groupOf, keyOf, refOf, type KubeObject, type ObjectRef } from '../kubernetes/objects';
import { numberAt, recordAt, stringAt } from './json';

export interface ScalableWorkload {
  readonly ref: ObjectRef;
  /** As the manifest says; 1 where it says nothing, which is the API server's own default. */
  readonly replicas: number;
  /** An autoscaler among the objects targets it: then its replicas belong to the cluster and not to the plan. */
  readonly autoscaled: boolean;
}

const SCALABLE = new Set([
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps.kruise.io/CloneSet',
  'apps.kruise.io/StatefulSet',
]);

export const scalableWorkloads = (objects: readonly KubeObject[]): ScalableWorkload[] => {
  const targets = objects.flatMap(scaleTarget);
  return objects
    .filter((object) => SCALABLE.has(`${groupOf(object.apiVersion)}/${object.kind}`))
    .map((object) => {
      const ref = refOf(object);
      return {
        ref,
        replicas: numberAt(object, 'spec', 'replicas') ?? 1,
        autoscaled: targets.some((target) => keyOf(target) === keyOf(ref)),
      };
    });
};

/** What a HorizontalPodAutoscaler, or KEDA's ScaledObject (which makes one), scales: a workload of its namespace. */
const scaleTarget = (object: KubeObject): ObjectRef[] => {
  const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
  if (kind !== 'autoscaling/HorizontalPodAutoscaler' && kind !== 'keda.sh/ScaledObject') return [];
  const target = recordAt(object, 'spec', 'scaleTargetRef');
  const name = stringAt(target, 'name');
  if (name === undefined) return [];
  const { namespace } = object.metadata;
  return [
    {
      apiVersion: stringAt(target, 'apiVersion') ?? 'apps/v1',
      kind: stringAt(target, 'kind') ?? 'Deployment',
      ...(namespace ? { namespace } : {}),
      name,
    },
  ];
};
