import { type KubeObject } from '@keelson/domain';
import { rfc3339 } from '../../clock';
import { isObject, listAt, objectAt } from '../../json';
import { byDeletionPreference, isActive, isReady } from '../../controllers/pods';
import { resolve } from '../../controllers/int-or-percent';
import { type Action, reportOf } from '../action';
import { partitionOf } from '../share';
import { selects } from './injection';
import { HASH, HASH_WITHOUT_IMAGE, hashOf, hashWithoutImage, marksFor, notedHash, sidecarsOf } from './marks';

/** All that a decision about one SidecarSet needs. */
export interface SidecarSetView {
  readonly set: KubeObject;
  /** Of every namespace, selected or not. */
  readonly pods: readonly KubeObject[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What is to be done for a SidecarSet now: its containers get their new images in the pods that have them,
 * in place, as many at a time as may be unavailable. What is more than an image waits for new pods.
 * Not followed: hot upgrades, priorities, injection of older revisions.
 * Source: https://openkruise.io/docs/user-manuals/sidecarset and pkg/controller/sidecarset of its repository.
 */
export function reconcileSidecarSet({ set, pods, now }: SidecarSetView): readonly Action[] {
  const { name } = set.metadata;
  const matched = pods.filter(
    (pod) => isActive(pod) && selects(set, pod) && notedHash(pod, HASH, name) !== undefined,
  );
  const hash = hashOf(set);
  const isUpdated = (pod: KubeObject) => notedHash(pod, HASH, name) === hash;
  const isServing = (pod: KubeObject) => isReady(pod) && runsItsImages(set, pod);
  const updated = matched.filter(isUpdated);
  const status = {
    observedGeneration: set.metadata.generation,
    matchedPods: matched.length,
    updatedPods: updated.length,
    readyPods: matched.filter(isReady).length,
    updatedReadyPods: updated.filter(isServing).length,
    latestRevision: `${name}-${hash}`,
    collisionCount: 0,
  };
  const report = reportOf(set, status);
  const strategy = objectAt(objectAt(set, 'spec'), 'updateStrategy');
  const isStill = strategy.paused === true || strategy.type === 'NotUpdate' || set.metadata.deletionTimestamp;
  if (isStill) return report;

  const outdated = matched.filter((pod) => !isUpdated(pod)).sort(byDeletionPreference);
  const kept = partitionOf(strategy.partition, matched.length);
  const maxUnavailable = resolve(strategy.maxUnavailable ?? 1, matched.length, Math.ceil);
  const room = Math.max(0, maxUnavailable - updated.filter((pod) => !isServing(pod)).length);
  const alike = (pod: KubeObject) => notedHash(pod, HASH_WITHOUT_IMAGE, name) === hashWithoutImage(set);
  const upgraded = outdated
    .slice(0, Math.max(0, outdated.length - kept))
    .filter(alike)
    .slice(0, room);
  return [...upgraded.map((pod) => upgrade(set, pod, rfc3339(now))), ...report];
}

const upgrade = (set: KubeObject, pod: KubeObject, time: string): Action => ({
  verb: 'patch',
  object: pod,
  patch: {
    metadata: { annotations: marksFor(pod, set, time) },
    spec: { containers: sidecarsOf(set).map(({ name, image }) => ({ name, image })) },
  },
});

/** The kubelet has seen the new images: a pod that is Ready may yet be so with the old ones. */
function runsItsImages(set: KubeObject, pod: KubeObject): boolean {
  const statuses = listAt(pod.status, 'containerStatuses').filter(isObject);
  return sidecarsOf(set).every(({ name, image }) =>
    statuses.some((status) => status.name === name && status.image === image && status.ready === true),
  );
}
