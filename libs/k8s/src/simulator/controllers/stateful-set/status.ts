import { type KubeObject } from '@keelson/domain';
import { objectAt } from '../../json';
import { podRevision } from '../revisions';
import { type Revisions, isRunning } from './next-moves';

/** Counts the pods by their revision labels, whoever wrote them; the set has arrived when all are of the update. */
export function statusOf(set: KubeObject, pods: readonly KubeObject[], revisions: Revisions): object {
  const alive = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const count = (revision: string) => alive.filter((pod) => podRevision(pod) === revision).length;
  const ready = pods.filter(isRunning).length;
  const updated = count(revisions.update);
  const isRolling = objectAt(objectAt(set, 'spec'), 'updateStrategy').type !== 'OnDelete';
  const isDone = isRolling && updated === pods.length && ready === pods.length;
  const current = isDone ? updated : count(revisions.current);
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    availableReplicas: ready,
    ...(current > 0 ? { currentReplicas: current } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision: isDone ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    collisionCount: 0,
  };
}
