import type { KubeObject } from '../kubernetes/objects';
import { numberAt } from '../manifests/json';

/**
 * Why the status does not speak of the present spec, or `undefined` when it does. Where either number is missing
 * the kind has none, unless `required`: a workload without one has not been seen by its controller yet.
 */
export const unobserved = (object: KubeObject, required = false): string | undefined => {
  const generation = numberAt(object, 'metadata', 'generation');
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (observed === undefined) {
    return required ? `generation ${generation ?? 1} has not been observed yet` : undefined;
  }
  if (generation === undefined || observed === generation) return undefined;
  return `generation is ${generation}, observed is ${observed}`;
};
