import {
  aggregate,
  assessHealth,
  describeRef,
  refOf,
  type HealthStatus,
  type KubeObject,
  type WorkloadCounts,
} from '@keelson/domain';
import type { LiveCache } from '@keelson/k8s';

export interface TargetVerdict {
  readonly status: HealthStatus;
  readonly message: string;
  readonly workload?: WorkloadCounts;
}

/**
 * The health of everything that a plan has in one cluster, from the informers' caches.
 * Undefined while a cache does not follow its cluster: what it shows may be older than the plan.
 */
export const judgeTarget = (
  cache: LiveCache,
  objects: readonly KubeObject[],
  namespace: string,
): TargetVerdict | undefined => {
  const verdicts = [];
  for (const object of objects) {
    const live = lookUp(cache, object, namespace);
    if (live === 'unknown') return undefined;
    const ref = refOf(object);
    verdicts.push(
      live === 'absent'
        ? { ref, status: 'InProgress' as const, message: `${describeRef(ref)} does not exist` }
        : { ref, ...assessHealth(live) },
    );
  }
  return aggregate(verdicts);
};

/** The cached object behind a planned one; a custom resource may turn out to be cluster-scoped. */
export const lookUp = (
  cache: LiveCache,
  object: KubeObject,
  namespace: string,
): ReturnType<LiveCache['lookup']> => {
  const ref = refOf(object);
  const found = cache.lookup(ref);
  if (found !== 'absent' || ref.namespace !== namespace) return found;
  const { namespace: _, ...bare } = ref;
  return cache.lookup(bare);
};
