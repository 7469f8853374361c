import { type KubeObject } from '@keelson/domain';
import { isObject, listAt, objectAt } from '../json';
import { conditionOf, conditionsOf } from './conditions';

/** What controllers ask of a pod. Source: k8s.io/kubernetes/pkg/api/v1/pod. */

export const isFinished = (pod: KubeObject): boolean =>
  ['Succeeded', 'Failed'].includes(objectAt(pod, 'status').phase as string);

/** Counts for its controller: neither finished nor on its way out. */
export const isActive = (pod: KubeObject): boolean => !isFinished(pod) && !pod.metadata.deletionTimestamp;

const readyCondition = (pod: KubeObject) => conditionOf(conditionsOf(pod.status), 'Ready');

export const isReady = (pod: KubeObject): boolean => readyCondition(pod)?.status === 'True';

export const minReadySecondsOf = (workload: KubeObject): number =>
  Number(objectAt(workload, 'spec').minReadySeconds ?? 0);

/** Milliseconds until a Ready pod counts as available; 0 if it does, undefined if it is not Ready. */
export function availableIn(pod: KubeObject, minReadySeconds: number, now: number): number | undefined {
  const ready = readyCondition(pod);
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(ready.lastTransitionTime ?? '');
  return Math.max(0, since + minReadySeconds * 1000 - now);
}

/** Milliseconds until the next Ready pod counts as available; undefined when all do that can. */
export function nextAvailableIn(
  pods: readonly KubeObject[],
  minReadySeconds: number,
  now: number,
): number | undefined {
  const waits = pods.map((pod) => availableIn(pod, minReadySeconds, now) ?? 0).filter((wait) => wait > 0);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** Those that cost the least first: not bound, not running, not Ready, youngest. */
export function byDeletionPreference(a: KubeObject, b: KubeObject): number {
  const rank = (pod: KubeObject) =>
    (objectAt(pod, 'spec').nodeName ? 1 : 0) +
    (objectAt(pod, 'status').phase === 'Running' ? 2 : 0) +
    (isReady(pod) ? 4 : 0);
  return (
    rank(a) - rank(b) ||
    String(b.metadata.creationTimestamp).localeCompare(String(a.metadata.creationTimestamp)) ||
    Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion)
  );
}

export interface Container {
  readonly name: string;
  readonly image: string;
}

export const containersOf = (podSpec: unknown): readonly Container[] =>
  listAt(podSpec, 'containers').filter(isObject) as unknown as Container[];
