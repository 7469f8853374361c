import { keyOf, refOf, type KubeObject, type ObjectRef } from '../kubernetes/objects';
import { scalableWorkloads } from '../manifests';
import { withoutValueAt, withValueAt } from '../manifests/json';

const REPLICAS = ['spec', 'replicas'] as const;

/** Whether `name` or `Kind/name` means this workload; no name means every one. */
const isMeant = (workload: string | undefined, ref: ObjectRef): boolean =>
  workload === undefined || workload === ref.name || workload === `${ref.kind}/${ref.name}`;

/** Sets the count of the workloads that are meant, autoscaled or not: `withoutAutoscaledReplicas` comes last. */
export const withReplicas = (
  objects: readonly KubeObject[],
  replicas: number,
  workload?: string,
): readonly KubeObject[] => {
  const meant = scalableWorkloads(objects).filter(({ ref }) => isMeant(workload, ref));
  return change(objects, meant, (object) => withValueAt(object, REPLICAS, replicas));
};

/** An apply that carried `spec.replicas` would undo the autoscaler's last decision each time. */
export const withoutAutoscaledReplicas = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  change(
    objects,
    scalableWorkloads(objects).filter(({ autoscaled }) => autoscaled),
    (object) => withoutValueAt(object, REPLICAS),
  );

const change = (
  objects: readonly KubeObject[],
  workloads: readonly { readonly ref: ObjectRef }[],
  to: (object: KubeObject) => KubeObject,
): readonly KubeObject[] => {
  if (workloads.length === 0) return objects;
  const keys = new Set(workloads.map(({ ref }) => keyOf(ref)));
  return objects.map((object) => (keys.has(keyOf(refOf(object))) ? to(object) : object));
};
