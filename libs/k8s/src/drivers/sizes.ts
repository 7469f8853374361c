import { resolveShare, type KubeObject } from '@keelson/domain';
import { numberAt } from './json';
import type { BatchTarget } from './types';

/** Pods wanted in all. Where the plan says nothing an autoscaler owns the count, and the cluster knows it. */
export const desiredOf = (planned: KubeObject, live: KubeObject | undefined): number =>
  numberAt(planned, 'spec', 'replicas') ?? numberAt(live, 'spec', 'replicas') ?? 1;

/** Of these, the ones that may be new. */
export const allowedOf = (target: BatchTarget, desired: number): number =>
  resolveShare(target.share, desired);

/** The live object wants as many pods as it should; before that its status speaks of another count. */
export const isScaled = (live: KubeObject, desired: number): boolean =>
  (numberAt(live, 'spec', 'replicas') ?? 1) === desired;

/** Whether the controller has seen the present spec. */
export const isObserved = (live: KubeObject): boolean => {
  const observed = numberAt(live, 'status', 'observedGeneration');
  return observed !== undefined && observed >= (live.metadata.generation ?? 1);
};

/** Kubernetes' IntOrString, of a count. */
export const resolveIntOrPercent = (
  value: unknown,
  whole: number,
  round: (exact: number) => number,
): number => {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? 0 : round((whole * Number(percent)) / 100);
};
