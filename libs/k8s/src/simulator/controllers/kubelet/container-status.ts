import { type KubeObject } from '@keelson/domain';
import { isObject, listAt } from '../../json';
import { type Container, containersOf } from '../pods';

/** An entry of `status.containerStatuses`. */
export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  /** Of the last container that ran; none before the first. */
  readonly containerID?: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}

export interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: object;
}

/** Reason of a container that will run in a moment. */
const CREATING = 'ContainerCreating';

export const containerStatusesOf = (pod: KubeObject): readonly ContainerStatus[] =>
  listAt(pod.status, 'containerStatuses').filter(isObject) as unknown as ContainerStatus[];

/** Each container of the pod with its status, if it has one. */
export const containersWithStatus = (
  pod: KubeObject,
): readonly { container: Container; status: ContainerStatus | undefined }[] => {
  const statuses = containerStatusesOf(pod);
  return containersOf(pod.spec).map((container) => ({
    container,
    status: statuses.find(({ name }) => name === container.name),
  }));
};

/** The image in the pod is another than the one that its status speaks of. */
export const hasNewImage = (pod: KubeObject): boolean =>
  containersWithStatus(pod).some(({ container, status }) => status && status.image !== container.image);

/** Waits for its first try since it is meant to run. */
export const isCreating = ({ state }: ContainerStatus): boolean => state.waiting?.reason === CREATING;

export const isWaiting = (pod: KubeObject): boolean =>
  containerStatusesOf(pod).some(({ state }) => state.waiting !== undefined);

export const creating = (container: Container): ContainerStatus => ({
  name: container.name,
  image: container.image,
  imageID: '',
  ready: false,
  started: false,
  restartCount: 0,
  state: { waiting: { reason: CREATING } },
  lastState: {},
});

/** Stopped, because its image is another one now; that it ran stays in `containerID` and `lastState`. */
export const replaced = (container: Container, before: ContainerStatus, time: string): ContainerStatus => ({
  ...before,
  ...creating(container),
  restartCount: before.restartCount,
  imageID: before.imageID,
  lastState: before.state.running ? { terminated: stopped(before, time) } : before.lastState,
});

/** It has its image and runs; one that had run before counts a restart. */
export function running(before: ContainerStatus, id: string, time: string): ContainerStatus {
  return {
    ...before,
    imageID: `simulated://${before.image}`,
    containerID: `simulated://${id}`,
    ready: true,
    started: true,
    restartCount: before.containerID === undefined ? 0 : before.restartCount + 1,
    state: { running: { startedAt: time } },
  };
}

export const unpullable = (before: ContainerStatus): ContainerStatus => ({
  ...before,
  state: { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${before.image}"` } },
});

/** Ran to its end and succeeded. */
export const completed = (before: ContainerStatus, time: string): ContainerStatus => ({
  ...before,
  ready: false,
  started: false,
  state: { terminated: stopped(before, time) },
});

const stopped = ({ state, containerID }: ContainerStatus, time: string): object => ({
  exitCode: 0,
  reason: 'Completed',
  startedAt: state.running?.startedAt ?? time,
  finishedAt: time,
  ...(containerID === undefined ? {} : { containerID }),
});
