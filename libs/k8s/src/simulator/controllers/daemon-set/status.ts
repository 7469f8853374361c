import { type KubeObject } from '@keelson/domain';
import { availableIn, isReady, minReadySecondsOf } from '../pods';
import { podRevision } from '../revisions';
import { type Placement } from './placement';

/** Counts the oldest pod of each node. Only the revision label tells whether it is of the present template. */
export function statusOf(set: KubeObject, placement: Placement, hash: string, now: number): object {
  const pods = firstPods(placement);
  const minReady = minReadySecondsOf(set);
  const desired = placement.wanted.length;
  const updated = pods.filter((pod) => podRevision(pod) === hash).length;
  const available = pods.filter((pod) => availableIn(pod, minReady, now) === 0).length;
  return {
    currentNumberScheduled: pods.length,
    numberMisscheduled: placement.misscheduled(),
    desiredNumberScheduled: desired,
    numberReady: pods.filter(isReady).length,
    observedGeneration: set.metadata.generation,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(available > 0 ? { numberAvailable: available } : {}),
    ...(desired > available ? { numberUnavailable: desired - available } : {}),
  };
}

/** The oldest pod of each node that should have one. */
export const firstPods = (placement: Placement): readonly KubeObject[] =>
  placement.wanted.flatMap((node) => placement.on(node).slice(0, 1));
