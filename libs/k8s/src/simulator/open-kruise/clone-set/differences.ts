import { type Settings } from './settings';

/** What the arithmetic knows of one pod. */
export interface Counted {
  /** Of the revision that the set goes to. */
  readonly isNew: boolean;
  readonly isAvailable: boolean;
}

export interface Differences {
  readonly create: number;
  /** Of those to be created, how many of the old revision. */
  readonly createOld: number;
  readonly remove: number;
  /** Of those to be removed, how many of the old revision at most. */
  readonly removeOld: number;
  /** How many available pods may be removed now. */
  readonly removable: number;
  readonly update: number;
  /** How many pods may be unavailable while others are updated. */
  readonly unavailableLimit: number;
}

/**
 * What is missing, too much and old. Pods of the new revision are never taken back to the old one, even if the
 * partition grows. Source: github.com/openkruise/kruise/pkg/controller/cloneset/sync, calculateDiffsWithExpectation.
 */
export function differences(settings: Settings, pods: readonly Counted[]): Differences {
  const { replicas, partition, maxSurge, maxUnavailable, scaleMaxUnavailable } = settings;
  const total = pods.length;
  const old = pods.filter(({ isNew }) => !isNew).length;
  const unavailable = pods.filter(({ isAvailable }) => !isAvailable).length;

  const update = Math.max(0, Math.min(old - partition, replicas - partition - (total - old)));
  const wanted = replicas + Math.min(maxSurge, update);
  const missing = Math.max(0, wanted - total);
  return {
    create: Math.min(missing, Math.max(0, scaleMaxUnavailable - unavailable)),
    createOld: missing > 0 ? Math.max(0, partition - old) : 0,
    remove: Math.max(0, total - wanted),
    removeOld: Math.max(0, old - partition),
    removable: Math.max(0, maxUnavailable + total - replicas - unavailable),
    update,
    unavailableLimit: maxUnavailable + total - replicas,
  };
}
