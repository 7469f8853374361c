import type { KubeObject } from '../kubernetes/objects';
import { numberAt, stringAt, valueAt } from '../manifests/json';
import { explain, conditionOf, trueCondition } from './conditions';
import { shortfall, workloadOf, type PodCounts } from './counts';
import { unobserved } from './generation';
import { current, failed, inProgress, type Assessor, type Health } from './health';

const count = (object: KubeObject, field: string): number => numberAt(object, 'status', field) ?? 0;
const desiredOf = (object: KubeObject): number => numberAt(object, 'spec', 'replicas') ?? 1;

/** Reads the counts, and adds them to what `judge` says of a status that speaks of the present spec. */
const assessor =
  (
    countsOf: (object: KubeObject) => PodCounts,
    judge: (object: KubeObject, counts: PodCounts) => Health,
  ): Assessor =>
  (object) => {
    const counts = countsOf(object);
    const behind = unobserved(object, true);
    // Pods that were updated to a former spec are not updated.
    if (behind !== undefined)
      return { ...inProgress(behind), workload: { ...workloadOf(counts), updated: 0 } };
    return { ...judge(object, counts), workload: workloadOf(counts) };
  };

/** A controller that cannot make pods (quota, admission) tries again, so this is no failure; but it is the reason. */
const withReason = (object: KubeObject, health: Health, ...types: readonly string[]): Health => {
  const condition = types.map((type) => trueCondition(object, type)).find(Boolean);
  return condition ? inProgress(`${health.message}; ${explain(condition)}`) : health;
};

const replicas = (what: string, { desired }: PodCounts): Health =>
  current(`${what}: all ${desired} replicas are up to date and available`);

/**
 * Neither the Available condition nor minReadySeconds is looked at: a Deployment that is held between batches
 * has pods that are Ready and never Available, and whoever holds it counts those itself.
 */
export const assessDeployment = assessor(
  (object) => ({
    desired: desiredOf(object),
    existing: count(object, 'replicas'),
    expected: desiredOf(object),
    updated: count(object, 'updatedReplicas'),
    ready: count(object, 'readyReplicas'),
    available: count(object, 'availableReplicas'),
  }),
  (object, counts) => {
    const progressing = conditionOf(object, 'Progressing');
    if (progressing?.reason === 'ProgressDeadlineExceeded') {
      return failed(`the progress deadline is exceeded: ${progressing.message ?? 'no message'}`);
    }
    const missing = shortfall(counts);
    if (!missing) return replicas('Deployment', counts);
    if (valueAt(object, 'spec', 'paused') === true) return inProgress(`${missing.message}; it is paused`);
    return withReason(object, missing, 'ReplicaFailure');
  },
);

export const assessReplicaSet = assessor(
  (object) => ({
    desired: desiredOf(object),
    existing: count(object, 'replicas'),
    expected: 0,
    updated: count(object, 'replicas'),
    ready: count(object, 'readyReplicas'),
    available: count(object, 'availableReplicas'),
  }),
  (object, counts) => {
    const missing = shortfall(counts);
    return missing ? withReason(object, missing, 'ReplicaFailure') : replicas(object.kind, counts);
  },
);

const isOnDelete = (object: KubeObject): boolean =>
  stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';

/** Pods that are to stay as they are: a count, or (OpenKruise) a percentage, rounded up as its controllers do. */
const heldBack = (partition: unknown, desired: number): number => {
  if (typeof partition === 'number') return Math.min(desired, Math.max(0, partition));
  const percent = typeof partition === 'string' ? /^(\d+)%$/.exec(partition)?.[1] : undefined;
  return percent === undefined ? 0 : Math.min(desired, Math.ceil((desired * Number(percent)) / 100));
};

const rollingPartition = (object: KubeObject): unknown =>
  valueAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');

/** Kubernetes' and OpenKruise's. With OnDelete no pod is updated before a person deletes it: readiness decides. */
export const assessStatefulSet = assessor(
  (object) => {
    const desired = desiredOf(object);
    const ready = count(object, 'readyReplicas');
    return {
      desired,
      existing: count(object, 'replicas'),
      expected: isOnDelete(object) ? 0 : desired - heldBack(rollingPartition(object), desired),
      updated: count(object, 'updatedReplicas'),
      ready,
      // availableReplicas came with Kubernetes 1.22; without it ready is all there is to know.
      available: numberAt(object, 'status', 'availableReplicas') ?? ready,
    };
  },
  (object, counts) => {
    const missing = shortfall(counts);
    if (missing) return missing;
    if (isOnDelete(object)) return current(`all ${counts.desired} replicas are ready; updated when deleted`);
    if (counts.expected < counts.desired) {
      return current(`${counts.updated} replicas are updated, as the partition says`);
    }
    const from = stringAt(object, 'status', 'currentRevision');
    const to = stringAt(object, 'status', 'updateRevision');
    if (from !== to) return inProgress(`revision ${to ?? 'unknown'} is not yet the current one`);
    return replicas('StatefulSet', counts);
  },
);

/** Kubernetes' and OpenKruise's. How many pods are wanted is the number of nodes, which only the status knows. */
export const assessDaemonSet = assessor(
  (object) => {
    const desired = count(object, 'desiredNumberScheduled');
    return {
      desired,
      existing: count(object, 'currentNumberScheduled'),
      expected: isOnDelete(object) ? 0 : desired - heldBack(rollingPartition(object), desired),
      updated: count(object, 'updatedNumberScheduled'),
      ready: count(object, 'numberReady'),
      available: count(object, 'numberAvailable'),
    };
  },
  (_, counts) => shortfall(counts) ?? current(`all ${counts.desired} nodes run an available pod`),
);

/** OpenKruise (https://openkruise.io/docs/user-manuals/cloneset). Updated pods count once they are ready. */
export const assessCloneSet = assessor(
  (object) => {
    const desired = desiredOf(object);
    const ready = count(object, 'readyReplicas');
    const partition = valueAt(object, 'spec', 'updateStrategy', 'partition');
    return {
      desired,
      existing: count(object, 'replicas'),
      expected:
        numberAt(object, 'status', 'expectedUpdatedReplicas') ?? desired - heldBack(partition, desired),
      updated: count(object, 'updatedReplicas'),
      ready,
      available: numberAt(object, 'status', 'availableReplicas') ?? ready,
    };
  },
  (object, counts) => {
    const readyUpdated = count(object, 'updatedReadyReplicas');
    const missing =
      shortfall(counts) ??
      (readyUpdated < counts.expected
        ? inProgress(`${readyUpdated} of ${counts.expected} updated replicas are ready`)
        : undefined);
    if (!missing) return replicas('CloneSet', counts);
    if (valueAt(object, 'spec', 'updateStrategy', 'paused') === true) {
      return inProgress(`${missing.message}; it is paused`);
    }
    return withReason(object, missing, 'FailedScale', 'FailedUpdate');
  },
);
