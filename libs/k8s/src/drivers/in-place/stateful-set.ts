import type { KubeObject } from '@keelson/domain';
import { countAt, stringAt } from '../json';
import { desiredOf, isObserved } from '../sizes';
import { REVISION_LABEL } from './marks';
import { upgradeRevisioned, type RevisionedKind } from './revisioned';

/**
 * Greater than any ordinal. As many as there are replicas would do at this moment; but pods that an autoscaler adds
 * before the next look lie above such a partition, and would be made from the new template, past the batch.
 */
const EVERY_ORDINAL = 2147483647;

const statefulSet: RevisionedKind = {
  hold: { type: 'RollingUpdate', rollingUpdate: { partition: EVERY_ORDINAL } },
  isHeld: (live) => partitionOf(live) === EVERY_ORDINAL,
  currentRevision: (live, revisions) =>
    revisions.find(({ metadata }) => metadata.name === stringAt(live, 'status', 'updateRevision')),
  labelOf: ({ metadata }) => metadata.name,
  desired: desiredOf,
  upgradable: (planned, pods) =>
    pods
      .filter((pod) => ordinalOf(pod) - firstOrdinal(planned) >= partitionOf(planned))
      .sort((a, b) => ordinalOf(b) - ordinalOf(a)),
  upgradableCount: (planned, desired) => Math.max(0, desired - partitionOf(planned)),
  isStrayed: (pod, live) =>
    pod.metadata.labels?.[REVISION_LABEL] !== stringAt(live, 'status', 'currentRevision'),
  hasAgreed: (planned, live) => {
    if (!isObserved(live)) return false;
    // With a partition of the user's own, the revision of the pods below it stays the current one.
    if (partitionOf(planned) > 0) return true;
    const revision = stringAt(live, 'status', 'updateRevision');
    return revision !== undefined && revision === stringAt(live, 'status', 'currentRevision');
  },
};

/** Partition at the last ordinal → new revision → pods, from the highest ordinal down → the user's own strategy. */
export const upgradeStatefulSet = upgradeRevisioned(statefulSet);

const partitionOf = (statefulSetObject: KubeObject): number =>
  countAt(statefulSetObject, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');

/** `spec.ordinals.start`, since Kubernetes 1.26. */
const firstOrdinal = (planned: KubeObject): number => countAt(planned, 'spec', 'ordinals', 'start');

const ordinalOf = ({ metadata }: KubeObject): number =>
  Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? Number.NaN);
