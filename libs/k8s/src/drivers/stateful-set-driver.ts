import { describeRef, refOf, type KubeObject } from '@keelson/domain';
import { generationOf } from '../apply/fence';
import { countAt, numberAt, recordAt, stringAt } from './json';
import { heldFrom, isHeld, marked, standIn, templateHash, templateOf } from './marks';
import { PODS } from './one-batch';
import { ownedBy } from './owned';
import { isReady } from './pods';
import { allowedOf, desiredOf, isObserved, isScaled } from './sizes';
import type { BatchProgress, ChildRemoval, WorkloadDriver } from './types';
import { wholeStep } from './whole';
import { whyNotReady, whyStuck } from './why-not-ready';

const REVISION_LABEL = 'controller-revision-hash';

/** Pods with an ordinal below the partition stay as they are; the others roll, the highest first. */
export const statefulSetDriver: WorkloadDriver = {
  children: () => [PODS],

  step(planned, target, { live, children }) {
    const plan = marked(planned);
    if (!live) return wholeStep(plan, live);
    if (stringAt(planned, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
      return wholeStep(plan, live, 'OnDelete is one batch: its pods are new when somebody deletes them');
    }
    const pods = ownedBy(live, 'Pod', children);
    const desired = desiredOf(planned, live);
    const own = countAt(planned, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
    const partition = Math.max(desired - allowedOf(target, desired), own);
    const template = templateHash(planned);
    const removals = templateOf(live) === template ? inTheWay(live, pods) : [];
    const runs = templateOf(live) === template && !isHeld(live);
    if (runs || partition === own || heldFrom(live) === template) {
      return { ...wholeStep(plan, live, undefined, whyNotReady(updatedOf(live, pods))), removals };
    }
    return {
      object: standIn(plan, live, { updateStrategy: withPartition(planned, partition) }),
      patches: [],
      removals,
      progress: progressOf(plan, live, pods, desired, partition),
    };
  },
};

const withPartition = (planned: KubeObject, partition: number): object => ({
  ...recordAt(planned, 'spec', 'updateStrategy'),
  type: 'RollingUpdate',
  rollingUpdate: { ...recordAt(planned, 'spec', 'updateStrategy', 'rollingUpdate'), partition },
});

const progressOf = (
  plan: KubeObject,
  live: KubeObject,
  pods: readonly KubeObject[],
  desired: number,
  partition: number,
): BatchProgress => {
  const isApplied = templateOf(live) === templateOf(plan);
  const seen =
    isApplied && isObserved(live) ? countUpdated(live, pods, partition) : { updated: 0, ready: 0, moved: 0 };
  const { moved, ...updated } = seen;
  const counts = { desired, ...updated };
  const waits = (message: string): BatchProgress => ({
    ...counts,
    reached: false,
    message: [message, isApplied ? whyNotReady(updatedOf(live, pods)) : undefined].filter(Boolean).join('; '),
  });
  if (!isApplied) return waits('the new template is to be applied');
  if (!isScaled(live, desired)) return waits(`${desired} replicas are to be applied`);
  if (partitionOf(live) !== partition) return waits(`partition ${partition} is to be applied`);
  if (!isObserved(live)) return waits('the controller has not seen the present spec yet');
  const wanted = Math.max(0, desired - partition);
  if (moved < wanted) return waits(`${moved} of ${wanted} new pods are ready`);
  return {
    ...counts,
    reached: true,
    message: `${moved} of ${desired} pods run the new revision and are ready`,
  };
};

/** `moved`: ready pods of the new revision at or above the partition. The status knows no ordinals. */
const countUpdated = (live: KubeObject, pods: readonly KubeObject[], partition: number) => {
  const replicas = numberAt(live, 'spec', 'replicas') ?? 1;
  if (pods.length === 0) {
    const updated = countAt(live, 'status', 'updatedReplicas');
    // Which pods are ready it does not say either: all are to be.
    const allReady = countAt(live, 'status', 'readyReplicas') >= replicas;
    return { updated, ready: allReady ? updated : 0, moved: allReady ? updated : 0 };
  }
  const updated = updatedOf(live, pods);
  const ready = updated.filter(isReady);
  const moved = ready.filter((pod) => {
    const index = indexOf(live, pod);
    return index >= partition && index < replicas;
  });
  return { updated: updated.length, ready: ready.length, moved: moved.length };
};

const updatedOf = (live: KubeObject, pods: readonly KubeObject[]): KubeObject[] =>
  pods.filter((pod) => revisionOf(pod) === stringAt(live, 'status', 'updateRevision'));

/**
 * Pods that cannot become Ready by themselves and are not of a revision that they may keep: an ordered StatefulSet waits
 * for them and never gets to replacing them.
 */
const inTheWay = (live: KubeObject, pods: readonly KubeObject[]): ChildRemoval[] => {
  if (!isObserved(live) || stringAt(live, 'spec', 'podManagementPolicy') === 'Parallel') return [];
  return pods.flatMap((pod) => {
    const { uid, resourceVersion, deletionTimestamp } = pod.metadata;
    if (!uid || !resourceVersion || deletionTimestamp || mayStay(live, pod)) return [];
    const why = whyStuck(pod);
    if (why === undefined) return [];
    const seen = { ref: refOf(pod), uid, resourceVersion, generation: generationOf(pod) };
    return [{ ...seen, why: `${describeRef(refOf(pod))}: ${why}` }];
  });
};

const mayStay = (live: KubeObject, pod: KubeObject): boolean => {
  const revision = revisionOf(pod);
  if (revision === undefined || revision === stringAt(live, 'status', 'updateRevision')) return true;
  return indexOf(live, pod) < partitionOf(live) && revision === stringAt(live, 'status', 'currentRevision');
};

const partitionOf = (live: KubeObject): number =>
  countAt(live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');

const revisionOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[REVISION_LABEL];

/** The n-th pod, whatever its first ordinal is called. */
const indexOf = (live: KubeObject, { metadata }: KubeObject): number =>
  Number(metadata.name.slice(live.metadata.name.length + 1)) - countAt(live, 'spec', 'ordinals', 'start');
