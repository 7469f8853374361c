import type { KubeObject } from '@keelson/domain';
import { numberAt, stringAt, valueAt } from '../json';
import { isReady } from '../pods';
import { containerStatus, noteOf } from './pod-note';
import { imagesOf } from './template';

/** What a pod's status says, read against what was noted when its images were changed. */
export interface PodState {
  readonly pod: KubeObject;
  /** Its Ready condition holds. */
  readonly ready: boolean;
  /** Its images were changed and the kubelet has not done anything about it: that it is Ready is about to end. */
  readonly pending: boolean;
  /** It takes traffic and goes on doing so. */
  readonly available: boolean;
}

/** Pods that their controllers count: not on their way out, not run to their end. */
export const isActive = (pod: KubeObject): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  !['Succeeded', 'Failed'].includes(stringAt(pod, 'status', 'phase') ?? '');

export const podState = (pod: KubeObject): PodState => {
  const ready = isReady(pod);
  const pending = isUnseen(pod) || awaitsRestart(pod);
  return { pod, ready, pending, available: ready && !pending };
};

/** The kubelet tells which generation of the pod its status is of since Kubernetes 1.33; before, nobody knows. */
const isUnseen = (pod: KubeObject): boolean => {
  const observed = numberAt(pod, 'status', 'observedGeneration');
  return observed !== undefined && observed < (pod.metadata.generation ?? 0);
};

/**
 * The container that was to go still runs. Nothing else tells: for a container that was started since the patch the
 * id is another, and one that was stopped, and whose new image cannot be pulled, no longer runs.
 */
const awaitsRestart = (pod: KubeObject): boolean => {
  const images = imagesOf(pod);
  return Object.entries(noteOf(pod).containers).some(([name, noted]) => {
    const status = containerStatus(pod, name);
    return (
      images.get(name) !== noted.image &&
      stringAt(status, 'containerID') === noted.id &&
      valueAt(status, 'state', 'running') !== undefined
    );
  });
};
