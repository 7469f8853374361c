import {
  aggregate,
  assessHealth,
  refOf,
  type Health,
  type KubeObject,
  type ObjectHealth,
} from '@keelson/domain';
import { isKept, type BatchProgress, type LiveCache } from '@keelson/k8s';

/**
 * The health of everything that a plan has in one cluster, from the informers' caches; but for what is kept of an
 * earlier release, whose health says nothing of this one.
 * Undefined while a cache does not follow its cluster: what it shows may be older than the plan.
 */
export const judgeTarget = (
  cache: LiveCache,
  objects: readonly KubeObject[],
  namespace: string,
): Health | undefined => {
  const verdicts: ObjectHealth[] = [];
  for (const object of objects) {
    if (isKept(object)) continue;
    const live = lookUp(cache, object, namespace);
    if (live === 'unknown') return undefined;
    const ref = refOf(object);
    const health: Health =
      live === 'absent' ? { status: 'InProgress', message: 'it does not exist' } : assessHealth(live);
    verdicts.push({ ref, health });
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

/** The verdict of a target that is held to a batch: reaching the batch is what makes it current. */
export const withProgress = (health: Health, progress: BatchProgress | undefined): Health => {
  if (!progress) return health;
  const { desired, updated, ready, reached, message } = progress;
  const workload = { desired, updated, ready };
  if (reached || health.status === 'Failed') return { ...health, workload };
  return { status: 'InProgress', message, workload };
};

/** The verdict of a target that cannot be made what its plan says: no failure of the plan, which was applied before. */
export const withHindrance = (health: Health, hindrance: string | undefined): Health => {
  if (hindrance === undefined || health.status === 'Failed') return health;
  const message = health.status === 'Current' ? hindrance : `${health.message}; ${hindrance}`;
  return { ...health, status: 'InProgress', message };
};
