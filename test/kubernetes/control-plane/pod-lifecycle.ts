import {
  cannotBePulled,
  completed,
  CREATING,
  isMissing,
  replaced,
  running,
  waiting,
} from './container-status';
import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from './pod';

/**
 * What a kubelet would do next with a pod that is bound to its node.
 * - `remove`: it is terminating and its containers are stopped: delete it for good
 * - `replace`: the image of a container changed: stop that container, at once
 * - `start`: containers wait to be started: takes the start delay
 * - `complete`: all run and none is meant to go on (restartPolicy other than Always): takes the start delay too
 * - `report`: the conditions no longer say what is the case (a readiness gate changed)
 */
export type Step = 'remove' | 'replace' | 'start' | 'complete' | 'report' | 'none';

/** Read from the pod alone: a kubelet that missed everything in between does the same. */
export function nextStep(pod: Pod): Step {
  if (pod.metadata.deletionTimestamp) return 'remove';
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 'none';
  if (pod.spec.containers.some((container) => hasNewImage(pod, container))) return 'replace';
  if (pod.spec.containers.some((container) => waitsForStart(pod, container))) return 'start';
  const allRun = pod.spec.containers.every((container) => statusOf(pod, container)?.state.running);
  if (allRun && (pod.spec.restartPolicy ?? 'Always') !== 'Always') return 'complete';
  return isReady(pod, pod.status?.containerStatuses ?? []) === says(pod, 'Ready') ? 'none' : 'report';
}

/** The status after `replace`, `start`, `complete` or `report`; `at` is RFC 3339. */
export function statusAfter(pod: Pod, step: Exclude<Step, 'remove' | 'none'>, at: string): PodStatus {
  const initContainers = pod.spec.initContainers ?? [];
  const initialised = !initContainers.some(isMissing);
  const change: Record<typeof step, (container: Container, before?: ContainerStatus) => ContainerStatus> = {
    replace: (container, before) =>
      before && before.image !== container.image ? replaced(container, before, at) : kept(container, before),
    start: (container, before) => {
      if (!initialised) return waiting(container, before, 'PodInitializing');
      return isMissing(container) ? cannotBePulled(container, before) : running(container, before, at);
    },
    complete: (container, before) => completed(container, before, at),
    report: kept,
  };
  const containers = pod.spec.containers.map((each) => change[step](each, statusOf(pod, each)));
  return {
    phase: phaseOf(containers),
    conditions: conditionsOf(pod, initialised, containers, at),
    containerStatuses: containers,
    initContainerStatuses: initContainers.map((each) => {
      const before = pod.status?.initContainerStatuses?.find(({ name }) => name === each.name);
      return before ?? (isMissing(each) ? cannotBePulled(each, before) : completed(each, before, at));
    }),
    startTime: pod.status?.startTime ?? at,
  };
}

const kept = (container: Container, before?: ContainerStatus): ContainerStatus =>
  before ?? waiting(container, before, CREATING);

const statusOf = (pod: Pod, container: Container): ContainerStatus | undefined =>
  pod.status?.containerStatuses?.find((status) => status.name === container.name);

const hasNewImage = (pod: Pod, container: Container): boolean => {
  const status = statusOf(pod, container);
  return status !== undefined && status.image !== container.image;
};

const waitsForStart = (pod: Pod, container: Container): boolean => {
  const status = statusOf(pod, container);
  return status === undefined || status.state.waiting?.reason === CREATING;
};

/** As the kubelet's getPhase: only a container that waits and has never run keeps a pod Pending. */
function phaseOf(containers: readonly ContainerStatus[]): PodStatus['phase'] {
  if (containers.some(({ state, lastState }) => state.waiting && !lastState?.terminated)) return 'Pending';
  return containers.every(({ state }) => state.terminated) ? 'Succeeded' : 'Running';
}

const says = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ??
  false;

const isReady = (pod: Pod, containers: readonly ContainerStatus[]): boolean =>
  containers.length > 0 &&
  containers.every(({ ready }) => ready) &&
  (pod.spec.readinessGates ?? []).every(({ conditionType }) => says(pod, conditionType));

function conditionsOf(
  pod: Pod,
  initialised: boolean,
  containers: readonly ContainerStatus[],
  at: string,
): PodCondition[] {
  const done = phaseOf(containers) === 'Succeeded';
  const condition = (type: string, holds: boolean, otherwise: string): PodCondition => {
    const status = holds ? 'True' : 'False';
    const before = pod.status?.conditions?.find((candidate) => candidate.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : at;
    return { type, status, lastTransitionTime, reason: holds ? '' : done ? 'PodCompleted' : otherwise };
  };
  const containersReady = containers.every(({ ready }) => ready);
  return [
    condition('Initialized', initialised, 'ContainersNotInitialized'),
    condition('ContainersReady', containersReady, 'ContainersNotReady'),
    condition(
      'Ready',
      isReady(pod, containers),
      containersReady ? 'ReadinessGatesNotReady' : 'ContainersNotReady',
    ),
  ];
}
