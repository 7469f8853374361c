import { assessHealth, describeRef, hasPods, keyOf, refOf, type KubeObject } from '@keelson/domain';
import type { LiveCache } from '@keelson/k8s';
import type { Course } from './steering';
import { lookUp } from './judge-target';

/**
 * Why pods of an earlier plan may still run, in words; undefined when none can. They read their ConfigMaps by name at
 * each start of a container, so that one of a plan that is being rolled out, or that failed half way, needs its own.
 */
export const earlierPods = (
  cache: LiveCache,
  course: Course | 'unknown',
  namespace: string,
): string | undefined => {
  if (course === 'unknown') return 'what runs in the cluster is not seen yet';
  const user = course.waves
    .flat()
    .find((object) => hasPods(object) && !isWhole(cache, course, object, namespace));
  return user && `pods of ${describeRef(refOf(user))} may be of an earlier release`;
};

const isWhole = (cache: LiveCache, { held }: Course, object: KubeObject, namespace: string): boolean => {
  if (held.has(keyOf(refOf(object)))) return false;
  const live = lookUp(cache, object, namespace);
  if (typeof live === 'string') return false;
  const { status, workload } = assessHealth(live);
  // A partition of the manifests' own leaves old pods where they are, for as long as it likes.
  return status === 'Current' && (workload === undefined || workload.updated >= workload.desired);
};
