import { type KubeObject } from '@keelson/domain';
import { isObject, listAt, objectAt, textAt } from '../../json';
import { type Condition, conditionOf, conditionsOf } from '../conditions';
import { type ContainerStatus } from './container-status';

/** The status of a pod whose containers are in these states; what others wrote into it stays. */
export function podStatus(pod: KubeObject, containers: readonly ContainerStatus[], time: string): object {
  return {
    ...objectAt(pod, 'status'),
    phase: phaseOf(containers),
    conditions: podConditions(pod, containers, time),
    containerStatuses: containers,
  };
}

/** As the kubelet's getPhase: only a container that waits and has never run keeps a pod Pending. */
function phaseOf(containers: readonly ContainerStatus[]): string {
  if (containers.some(({ state, lastState }) => state.waiting && !lastState.terminated)) return 'Pending';
  return containers.every(({ state }) => state.terminated) ? 'Succeeded' : 'Running';
}

const isTrue = (conditions: readonly Condition[], type: string | undefined): boolean =>
  type !== undefined && conditionOf(conditions, type)?.status === 'True';

const gatesOf = (pod: KubeObject): readonly (string | undefined)[] =>
  listAt(pod.spec, 'readinessGates')
    .filter(isObject)
    .map((gate) => textAt(gate, 'conditionType'));

const passesGates = (pod: KubeObject): boolean =>
  gatesOf(pod).every((gate) => isTrue(conditionsOf(pod.status), gate));

/** The pod's Ready condition does not say what is the case: a gate has moved, or somebody else wrote it. */
export function misreportsReady(pod: KubeObject, containers: readonly ContainerStatus[]): boolean {
  const isReady = containers.every(({ ready }) => ready) && passesGates(pod);
  return isReady !== isTrue(conditionsOf(pod.status), 'Ready');
}

function podConditions(pod: KubeObject, containers: readonly ContainerStatus[], time: string): object[] {
  const before = conditionsOf(pod.status);
  const isRunning = containers.every(({ ready }) => ready);
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const isDone = phaseOf(containers) === 'Succeeded';
  const containersWhy = isDone
    ? { reason: 'PodCompleted' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const gatesWhy = { reason: 'ReadinessGatesNotReady', message: 'a readiness gate is not True' };
  const own: [string, boolean, object][] = [
    ['Initialized', true, {}],
    ['Ready', isRunning && passesGates(pod), isRunning ? gatesWhy : containersWhy],
    ['ContainersReady', isRunning, containersWhy],
    ['PodScheduled', true, {}],
  ];
  const others = before.filter(({ type }) => !own.some(([name]) => name === type));
  return [...own.map(([type, value, why]) => condition(before, type, value, why, time)), ...others];
}

function condition(before: readonly Condition[], type: string, value: boolean, why: object, time: string) {
  const status = value ? 'True' : 'False';
  const current = conditionOf(before, type);
  const lastTransitionTime = current?.status === status ? current.lastTransitionTime : time;
  return { type, status, lastProbeTime: null, lastTransitionTime, ...(value ? {} : why) };
}
