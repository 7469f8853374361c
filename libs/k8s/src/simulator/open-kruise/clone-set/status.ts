import { type KubeObject } from '@keelson/domain';
import { type JsonObject, objectAt } from '../../json';
import { selectorText } from '../../kinds/scale';
import { availableIn, isReady } from '../../controllers/pods';
import { podRevision } from '../../controllers/revisions';
import { isUpdateReady } from './in-place';
import { type Revisions } from './revisions';
import { type Settings } from './settings';

/** The update revision becomes the current one when all pods are of it, Ready or not. */
export function statusOf(
  set: KubeObject,
  settings: Settings,
  pods: readonly KubeObject[],
  { update, current }: Revisions,
  now: number,
): JsonObject {
  const updateRevision = update.metadata.name;
  const isServing = (pod: KubeObject) => isReady(pod) && isUpdateReady(pod);
  const updated = pods.filter((pod) => podRevision(pod) === updateRevision);
  const available = pods.filter(
    (pod) => isUpdateReady(pod) && availableIn(pod, settings.minReadySeconds, now) === 0,
  );
  const isDone = updated.length === pods.length && pods.length === settings.replicas;
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: pods.filter(isServing).length,
    availableReplicas: available.length,
    updatedReplicas: updated.length,
    updatedReadyReplicas: updated.filter(isServing).length,
    expectedUpdatedReplicas: settings.replicas - settings.partition,
    updateRevision,
    currentRevision: isDone ? updateRevision : current.metadata.name,
    collisionCount: 0,
    labelSelector: selectorText(objectAt(objectAt(set, 'spec'), 'selector')),
  };
}
