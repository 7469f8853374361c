import type { FieldError } from '../kernel/decider';
import type { KubeObject } from '../kubernetes/objects';
import { pointer } from '../manifests/json';
import { validateSelector } from '../placement';
import { applyOverride } from './apply-override';
import type { Override } from './facets';

/** Kubernetes counts replicas in 32 bits. */
const MAX_REPLICAS = 2 ** 31 - 1;

export const isReplicaCount = (replicas: number): boolean =>
  Number.isInteger(replicas) && replicas >= 0 && replicas <= MAX_REPLICAS;

/**
 * What is wrong with overrides for these manifests, clusters unknown. Which overrides will meet in one cluster
 * is not known either, so each must apply to the manifests alone or after those before it; what then still fails
 * together is found by `render`.
 */
export const validateOverrides = (
  objects: readonly KubeObject[],
  overrides: readonly Override[],
): FieldError[] => {
  const errors: FieldError[] = [];
  let together = objects;
  for (const [index, override] of overrides.entries()) {
    const base = pointer('overrides', index);
    errors.push(...validateSelector(override.clusterSelector, `${base}/clusterSelector`));
    if (override.replicas !== undefined && !isReplicaCount(override.replicas)) {
      errors.push({ path: `${base}/replicas`, message: `must be a whole number from 0 to ${MAX_REPLICAS}` });
    }
    const after = applyOverride(together, override, base);
    if (after.ok) together = after.objects;
    else if (!applyOverride(objects, override, base).ok) errors.push(...after.errors);
  }
  return errors;
};
