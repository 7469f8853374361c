import { randomBytes } from 'node:crypto';
import type { Container, ContainerStatus } from './pod';

/** Reason of a container whose image is there or may be, and that will run in a moment. */
export const CREATING = 'ContainerCreating';

/** An image with this word in its name or tag is in no registry. */
const MISSING = 'missing';

export const isMissing = (container: Container): boolean => container.image.includes(MISSING);

/** The container has its image: it runs. One that had run before counts a restart, as the real kubelet does. */
export function running(
  container: Container,
  before: ContainerStatus | undefined,
  at: string,
): ContainerStatus {
  if (before?.state.running) return before;
  return {
    ...known(container, before),
    imageID: `fake://${container.image}`,
    containerID: newId(),
    restartCount: before?.containerID ? before.restartCount + 1 : 0,
    ready: true,
    started: true,
    state: { running: { startedAt: at } },
  };
}

/** The container waits, for the reason given; a containerID from an earlier life stays and marks that there was one. */
export const waiting = (
  container: Container,
  before: ContainerStatus | undefined,
  reason: string,
  message?: string,
): ContainerStatus => ({
  ...known(container, before),
  state: { waiting: { reason, ...(message ? { message } : {}) } },
});

export const cannotBePulled = (container: Container, before: ContainerStatus | undefined): ContainerStatus =>
  waiting(container, before, 'ImagePullBackOff', `Back-off pulling image "${container.image}"`);

/** Stopped, because its image in the pod is another one now; the next state is that of a start. */
export function replaced(container: Container, before: ContainerStatus, at: string): ContainerStatus {
  const stopped = before.state.running ? { lastState: stoppedState(before, at) } : {};
  return { ...waiting(container, before, CREATING), ...stopped };
}

/** Ran to its end and succeeded: init containers, and the containers of Jobs. */
export const completed = (
  container: Container,
  before: ContainerStatus | undefined,
  at: string,
): ContainerStatus => {
  const ran = running(container, before, at);
  return { ...ran, ready: false, started: false, state: stoppedState(ran, at) };
};

const stoppedState = (status: ContainerStatus, at: string): ContainerStatus['state'] => ({
  terminated: {
    exitCode: 0,
    reason: 'Completed',
    startedAt: status.state.running?.startedAt,
    finishedAt: at,
    containerID: status.containerID,
  },
});

const known = (container: Container, before: ContainerStatus | undefined): ContainerStatus => ({
  imageID: '',
  restartCount: 0,
  ...before,
  name: container.name,
  image: container.image,
  ready: false,
  started: false,
  state: {},
});

const newId = (): string => `fake://${randomBytes(32).toString('hex')}`;
