import { type KubeObject } from '@keelson/domain';
import { objectAt } from '../../json';
import { resolve } from '../int-or-percent';
import { availableIn, minReadySecondsOf } from '../pods';
import { podRevision } from '../revisions';
import { type Placement } from './placement';

/**
 * The pods of older templates that may go now: those that are not available anyway, and of the others as many
 * as `maxUnavailable` (which rounds up) leaves room for.
 */
export function outdatedToDelete(
  set: KubeObject,
  placement: Placement,
  hash: string,
  now: number,
): readonly KubeObject[] {
  const strategy = objectAt(objectAt(set, 'spec'), 'updateStrategy');
  if (strategy.type === 'OnDelete') return [];
  const minReady = minReadySecondsOf(set);
  const isAvailable = (pod: KubeObject) =>
    !pod.metadata.deletionTimestamp && availableIn(pod, minReady, now) === 0;
  const { wanted } = placement;
  const bound = objectAt(strategy, 'rollingUpdate').maxUnavailable ?? 1;
  const unavailable = wanted.filter((node) => !placement.on(node).some(isAvailable)).length;
  const room = Math.max(0, resolve(bound, wanted.length, Math.ceil) - unavailable);

  const outdated = placement.pods.filter(
    (pod) => !pod.metadata.deletionTimestamp && podRevision(pod) !== hash,
  );
  return [...outdated.filter((pod) => !isAvailable(pod)), ...outdated.filter(isAvailable).slice(0, room)];
}
