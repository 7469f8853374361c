import { groupOf, type KubeObject } from '../kubernetes/objects';
import { isRecord, listAt, valueAt } from './json';

/** Where the kinds that make pods keep the pod: the last is OpenKruise's AdvancedCronJob. */
const TEMPLATE_PATHS: readonly (readonly string[])[] = [
  ['spec', 'template'],
  ['spec', 'jobTemplate', 'spec', 'template'],
  ['spec', 'template', 'jobTemplate', 'spec', 'template'],
];

/**
 * Paths of the pod templates in an object; a Pod is its own template, at the empty path.
 * Found by shape and not by kind, so that Argo Rollouts, OpenKruise's and any other workloads are served too.
 */
export const podTemplatePaths = (object: KubeObject): readonly (readonly string[])[] => {
  if (object.kind === 'Pod' && groupOf(object.apiVersion) === '') return [[]];
  return TEMPLATE_PATHS.filter((path) => Array.isArray(valueAt(object, ...path, 'spec', 'containers')));
};

export const hasPods = (object: KubeObject): boolean => podTemplatePaths(object).length > 0;

export const CONTAINER_LISTS = ['initContainers', 'containers'] as const;

/** Names of all containers and init containers, in order, without repetition. */
export const containerNames = (objects: readonly KubeObject[]): string[] => {
  const names = objects.flatMap((object) =>
    podTemplatePaths(object).flatMap((path) =>
      CONTAINER_LISTS.flatMap((list) =>
        listAt(object, ...path, 'spec', list).flatMap((container) =>
          isRecord(container) && typeof container.name === 'string' ? [container.name] : [],
        ),
      ),
    ),
  );
  return [...new Set(names)];
};
