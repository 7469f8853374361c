import { assessHealth, type KubeObject } from '@keelson/domain';
import { isRecord } from '../drift/fields-v1';
import { listAt, stringAt, valueAt } from './json';

/** Waiting reasons that every pod passes through. */
const STARTING: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Why pods do not become ready, from the first that says so: a waiting container with its image, or no node. */
export const whyNotReady = (pods: readonly KubeObject[]): string | undefined => {
  for (const pod of pods) {
    const why = waitingContainer(pod) ?? unscheduled(pod);
    if (why !== undefined) return why;
  }
  return undefined;
};

/** What keeps a pod from ever becoming ready by itself, as far as can be told. */
export const whyStuck = (pod: KubeObject): string | undefined =>
  assessHealth(pod).status === 'Failed' ? (waitingContainer(pod) ?? assessHealth(pod).message) : undefined;

/** What a controller says about pods that it cannot even make: quota, admission. */
export const whyNotMade = (...owners: readonly (KubeObject | undefined)[]): string | undefined => {
  for (const owner of owners) {
    const failure = conditionAt(owner, 'ReplicaFailure', 'True') ?? conditionAt(owner, 'FailedScale', 'True');
    if (failure !== undefined) return failure;
  }
  return undefined;
};

const waitingContainer = (pod: KubeObject): string | undefined => {
  for (const field of ['initContainerStatuses', 'containerStatuses']) {
    for (const status of listAt(pod, 'status', field)) {
      const reason = stringAt(status, 'state', 'waiting', 'reason');
      if (reason === undefined || STARTING.has(reason)) continue;
      const name = stringAt(status, 'name') ?? 'unknown';
      const image = imageOf(pod, name) ?? stringAt(status, 'image');
      const said = stringAt(status, 'state', 'waiting', 'message');
      return `container ${name}${image ? ` (${image})` : ''}: ${reason}${said ? `: ${said}` : ''}`;
    }
  }
  return undefined;
};

/** As the pod asks for it; a container's status names an image only once it was pulled. */
const imageOf = (pod: KubeObject, container: string): string | undefined =>
  [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]
    .filter((each) => stringAt(each, 'name') === container)
    .map((each) => stringAt(each, 'image'))[0];

const unscheduled = (pod: KubeObject): string | undefined => {
  const why = conditionAt(pod, 'PodScheduled', 'False');
  return why === undefined ? undefined : `pod ${pod.metadata.name} has no node: ${why}`;
};

const conditionAt = (object: KubeObject | undefined, type: string, status: string): string | undefined => {
  const condition = listAt(object, 'status', 'conditions').find(
    (each) => isRecord(each) && each['type'] === type && each['status'] === status,
  );
  if (condition === undefined) return undefined;
  return (
    ['reason', 'message']
      .map((field) => valueAt(condition, field))
      .filter(Boolean)
      .join(': ') || type
  );
};
