import { APPLICATION_LABEL, type KubeObject } from '@keelson/domain';
import { generationOf, type LiveCache } from '@keelson/k8s';
import type { Desired } from './desired';
import { lookUp } from './judge-target';

/** Whether the cluster shows a newer plan than this one: another worker was here, and knows more. */
export const isOvertaken = (
  cache: LiveCache,
  { application, generation, namespace }: Pick<Desired, 'application' | 'generation' | 'namespace'>,
  planned: readonly KubeObject[],
): boolean =>
  planned.some((object) => {
    const live = lookUp(cache, object, namespace);
    if (typeof live === 'string' || live.metadata.labels?.[APPLICATION_LABEL] !== application) return false;
    return generationOf(live) > generation;
  });
