import type { FieldError } from '../kernel/decider';
import type { KubeObject } from '../kubernetes/objects';
import { isImageReference } from './image-reference';
import { isRecord, pointer, valueAt, withValueAt } from './json';
import { CONTAINER_LISTS, containerNames, podTemplatePaths } from './pod-templates';

export type MergedImages =
  | { readonly ok: true; readonly objects: KubeObject[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Puts images into containers and init containers by container name, in every pod template.
 * A name that occurs in several templates is replaced in all of them. Nothing is mutated; untouched objects are
 * shared. Error paths are `/images/NAME`.
 */
export const mergeImages = (
  objects: readonly KubeObject[],
  images: Readonly<Record<string, string>>,
): MergedImages => {
  const known = containerNames(objects);
  const errors = Object.entries(images).flatMap(([container, image]): FieldError[] => {
    const path = pointer('images', container);
    if (!known.includes(container)) return [{ path, message: unknown(known) }];
    if (isImageReference(image)) return [];
    return [{ path, message: 'must be an image reference such as registry.example/team/app:1.2' }];
  });
  if (errors.length > 0) return { ok: false, errors };
  const wanted = new Map(Object.entries(images));
  return { ok: true, objects: objects.map((object) => withImages(object, wanted)) };
};

const unknown = (known: readonly string[]): string =>
  known.length > 0
    ? `no container has this name; there are ${known.join(', ')}`
    : 'no container has this name; the manifests have none';

const withImages = (object: KubeObject, images: ReadonlyMap<string, string>): KubeObject =>
  podTemplatePaths(object).reduce((changing, template) => {
    for (const list of CONTAINER_LISTS) {
      const path = [...template, 'spec', list];
      const containers = valueAt(changing, ...path);
      if (!Array.isArray(containers)) continue;
      const next = containers.map((container: unknown) => withImage(container, images));
      if (next.some((container, index) => container !== containers[index])) {
        changing = withValueAt(changing, path, next);
      }
    }
    return changing;
  }, object);

const withImage = (container: unknown, images: ReadonlyMap<string, string>): unknown => {
  if (!isRecord(container) || typeof container.name !== 'string') return container;
  const image = images.get(container.name);
  return image === undefined || image === container.image ? container : { ...container, image };
};
