import type { PodState } from './pod-state';

/** A pod of the workload, and whether its spec is as the plan wants it. */
export interface Candidate extends PodState {
  readonly updated: boolean;
  /** It is at neither end: upgraded to something that is no longer wanted. */
  readonly strayed: boolean;
  /** What is left to change restarts a container; labels and annotations alone do not. */
  readonly restarts: boolean;
}

export interface Choice<Each extends Candidate> {
  /** In the order in which the kind upgrades them. */
  readonly candidates: readonly Each[];
  /** Pods that may be updated in all, those that already are included. */
  readonly limit: number;
  /** Pods wanted in all: one that is missing is unavailable too. */
  readonly desired: number;
  readonly maxUnavailable: number;
}

/**
 * The pods to patch now. Those that are not ready, and those of which no container restarts, come first and cost
 * nothing; that is what mends a bad image, too.
 * Then the strayed ones, and each only while fewer than `maxUnavailable` are unavailable: a pod is out of its Services
 * from the patch until its new container is Ready. One with a restart ahead of it is left alone: if its image were put
 * back before the kubelet has looked, nobody could tell whether it is still going to stop the container.
 */
export const podsToPatch = <Each extends Candidate>({
  candidates,
  limit,
  desired,
  maxUnavailable,
}: Choice<Each>): readonly Each[] => {
  const open = limit - candidates.filter(({ updated }) => updated).length;
  if (open <= 0) return [];
  const patchable = candidates.filter(({ updated, pending, ready }) => !updated && !(pending && ready));
  const free = patchable.filter(({ available, restarts }) => !available || !restarts);
  const costly = patchable.filter(({ available, restarts }) => available && restarts);
  const ordered = [...costly.filter(({ strayed }) => strayed), ...costly.filter(({ strayed }) => !strayed)];
  const unavailable = Math.max(0, desired - candidates.filter(({ available }) => available).length);
  const affordable = ordered.slice(0, Math.max(0, maxUnavailable - unavailable));
  return [...free, ...affordable].slice(0, open);
};
