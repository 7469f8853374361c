import { type KubeObject } from '@keelson/domain';
import { objectAt } from '../../json';
import { isFinished } from '../pods';
import { containerStatusesOf, hasNewImage, isCreating } from './container-status';
import { misreportsReady } from './pod-status';

/**
 * What a kubelet does next with a pod of its node:
 * - `stop`: it is on its way out
 * - `admit`: it is new here
 * - `replace`: the image of a container changed
 * - `start`: containers wait for their first try
 * - `finish`: all run, and none is meant to go on
 * - `report`: its Ready condition no longer says what is the case
 */
export type Step = 'stop' | 'admit' | 'replace' | 'start' | 'finish' | 'report';

/** Read from the pod alone: a kubelet that was away does what it missed. */
export function nextStep(pod: KubeObject): Step | undefined {
  if (pod.metadata.deletionTimestamp) return 'stop';
  if (isFinished(pod)) return undefined;
  const statuses = containerStatusesOf(pod);
  if (statuses.length === 0) return 'admit';
  if (hasNewImage(pod)) return 'replace';
  if (statuses.some(isCreating)) return 'start';
  if (misreportsReady(pod, statuses)) return 'report';
  const mayEnd = objectAt(pod, 'spec').restartPolicy !== 'Always';
  return mayEnd && statuses.every(({ state }) => state.running) ? 'finish' : undefined;
}
