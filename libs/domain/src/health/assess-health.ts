import { groupOf, type KubeObject } from '../kubernetes/objects';
import { assessFirst, assessGeneric } from './generic';
import type { Assessor, Health } from './health';
import { assessJob } from './jobs';
import * as other from './other-kinds';
import { assessPod } from './pod';
import * as workloads from './workloads';

const BY_KIND: Readonly<Record<string, Assessor>> = {
  'apps/Deployment': workloads.assessDeployment,
  'apps/ReplicaSet': workloads.assessReplicaSet,
  '/ReplicationController': workloads.assessReplicaSet,
  'apps/StatefulSet': workloads.assessStatefulSet,
  'apps/DaemonSet': workloads.assessDaemonSet,
  'apps.kruise.io/CloneSet': workloads.assessCloneSet,
  'apps.kruise.io/StatefulSet': workloads.assessStatefulSet,
  'apps.kruise.io/DaemonSet': workloads.assessDaemonSet,
  'batch/Job': assessJob,
  'batch/CronJob': other.exists,
  '/Pod': assessPod,
  '/Service': other.assessService,
  '/PersistentVolumeClaim': other.assessClaim,
  '/Namespace': other.assessNamespace,
  'networking.k8s.io/Ingress': other.assessIngress,
  'policy/PodDisruptionBudget': other.assessBudget,
  'autoscaling/HorizontalPodAutoscaler': other.assessAutoscaler,
  'apiextensions.k8s.io/CustomResourceDefinition': other.assessCrd,
};

/**
 * Whether a live object has become what its spec says. A pure function of the object: what is not in it (events,
 * the age of a condition) is not taken into account.
 */
export const assessHealth = (object: KubeObject): Health => {
  const assess = BY_KIND[`${groupOf(object.apiVersion)}/${object.kind}`] ?? assessGeneric;
  const first = assessFirst(object);
  if (!first) return assess(object);
  // A workload that is being deleted still has its pods: they go on being counted.
  const { workload } = assess(object);
  return workload ? { ...first, workload } : first;
};
