import { type KubeObject } from '@keelson/domain';
import { equal, objectAt } from '../../json';
import { type Condition, conditionOf, conditionsOf } from '../conditions';
import { fenceFor, replicasOf, statusCount } from './replica-sets';

/** The status of a Deployment. Source: k8s.io/kubernetes/pkg/controller/deployment/{sync,progress}.go. */
export interface Counts {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

/** This deadline means none. */
const NO_DEADLINE = 2_147_483_647;

const deadlineOf = (deployment: KubeObject): number | undefined => {
  const seconds = objectAt(deployment, 'spec').progressDeadlineSeconds;
  return typeof seconds === 'number' && seconds !== NO_DEADLINE ? seconds : undefined;
};

export function countsOf(
  deployment: KubeObject,
  all: readonly KubeObject[],
  current: KubeObject | undefined,
): Counts {
  const sum = (field: string) => all.reduce((count, set) => count + statusCount(set, field), 0);
  const available = sum('availableReplicas');
  const wanted = all.reduce((count, set) => count + replicasOf(set), 0);
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum('replicas'),
    updatedReplicas: current ? statusCount(current, 'replicas') : 0,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
}

export const isComplete = (deployment: KubeObject, counts: Counts): boolean => {
  const wanted = replicasOf(deployment);
  return (
    counts.updatedReplicas === wanted &&
    counts.replicas === wanted &&
    counts.availableReplicas === wanted &&
    counts.observedGeneration >= (deployment.metadata.generation ?? 0)
  );
};

function hasProgressed(deployment: KubeObject, counts: Counts): boolean {
  const before = (field: string) => statusCount(deployment, field);
  return (
    counts.updatedReplicas > before('updatedReplicas') ||
    counts.replicas - counts.updatedReplicas < before('replicas') - before('updatedReplicas') ||
    counts.readyReplicas > before('readyReplicas') ||
    counts.availableReplicas > before('availableReplicas')
  );
}

/** Sets a condition as the deployment controller does: a changed reason renews the update time. */
function set(conditions: readonly Condition[], wanted: Condition, time: string): readonly Condition[] {
  const current = conditionOf(conditions, wanted.type);
  if (current?.status === wanted.status && current.reason === wanted.reason) return conditions;
  const lastTransitionTime = current?.status === wanted.status ? current.lastTransitionTime : time;
  const next = { ...wanted, lastUpdateTime: time, lastTransitionTime: lastTransitionTime ?? time };
  return [...conditions.filter((condition) => condition !== current), next];
}

const availability = (deployment: KubeObject, { availableReplicas }: Counts): Condition => {
  const { replicas, maxUnavailable } = fenceFor(deployment);
  return availableReplicas >= replicas - maxUnavailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
};

export interface StatusInput {
  readonly deployment: KubeObject;
  readonly counts: Counts;
  /** The new ReplicaSet's name, for messages. */
  readonly current: string | undefined;
  readonly event?: 'NewReplicaSetCreated' | 'FoundNewReplicaSet' | undefined;
  readonly now: number;
  readonly time: string;
}

/** @returns the new status, or undefined when it is what it was */
export function statusOf(input: StatusInput): object | undefined {
  const { deployment, counts, time } = input;
  const available = set(conditionsOf(deployment.status), availability(deployment, counts), time);
  const conditions = progress(input, available);
  const status: Record<string, unknown> = { conditions };
  const collisionCount = statusCount(deployment, 'collisionCount');
  if (collisionCount !== 0) status['collisionCount'] = collisionCount;
  // Zero counts are omitted, as in the typed object.
  for (const [field, count] of Object.entries(counts)) if (count !== 0) status[field] = count;
  return equal(deployment.status, status) ? undefined : status;
}

function progress(input: StatusInput, conditions: readonly Condition[]): readonly Condition[] {
  const { deployment, counts, current, time } = input;
  if (deadlineOf(deployment) === undefined) return conditions.filter(({ type }) => type !== 'Progressing');
  if (objectAt(deployment, 'spec').paused === true) {
    return set(conditions, progressing('Unknown', 'DeploymentPaused', 'Deployment is paused'), time);
  }
  const noted = noteEvent(input, conditions);
  const before = conditionOf(noted, 'Progressing');
  const subject = current === undefined ? 'Deployment' : `ReplicaSet ${JSON.stringify(current)}`;
  const wasComplete =
    counts.replicas === counts.updatedReplicas && before?.reason === 'NewReplicaSetAvailable';
  if (wasComplete) return noted;
  if (isComplete(deployment, counts)) {
    const done = progressing('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`);
    return set(noted, done, time);
  }
  if (hasProgressed(deployment, counts)) {
    const moved = progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    // Replaced even if it says the same: its update time is the clock of the deadline.
    const rest = noted.filter((condition) => condition !== before);
    const since = before?.status === 'True' ? before.lastTransitionTime : time;
    return [...rest, { ...moved, lastUpdateTime: time, lastTransitionTime: since ?? time }];
  }
  if (deadlineIn(deployment, before, input.now) === 0) {
    return set(
      noted,
      progressing('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`),
      time,
    );
  }
  return noted;
}

function noteEvent({ current, event, deployment, time }: StatusInput, conditions: readonly Condition[]) {
  const before = conditionOf(conditions, 'Progressing');
  if (event === 'NewReplicaSetCreated') {
    return set(
      conditions,
      progressing('True', 'NewReplicaSetCreated', `Created new replica set ${JSON.stringify(current)}`),
      time,
    );
  }
  if (event === 'FoundNewReplicaSet' && !before) {
    return set(
      conditions,
      progressing('True', 'FoundNewReplicaSet', `Found new replica set ${JSON.stringify(current)}`),
      time,
    );
  }
  if (before?.reason === 'DeploymentPaused' && objectAt(deployment, 'spec').paused !== true) {
    return set(conditions, progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed'), time);
  }
  return conditions;
}

const progressing = (status: Condition['status'], reason: string, message: string): Condition => ({
  type: 'Progressing',
  status,
  reason,
  message,
});

/** Milliseconds until the deadline passes without progress; 0 when it has, undefined when none runs. */
export function deadlineIn(
  deployment: KubeObject,
  condition: Condition | undefined,
  now: number,
): number | undefined {
  const seconds = deadlineOf(deployment);
  if (seconds === undefined || !condition || condition.reason === 'NewReplicaSetAvailable') return undefined;
  if (condition.reason === 'ProgressDeadlineExceeded') return 0;
  const since = Date.parse(condition.lastUpdateTime ?? '');
  return Math.max(0, since + seconds * 1000 - now);
}
