import type { DriftChange, KubeObject, ObjectRef } from '@keelson/domain';
import { driftOf, isIgnored, type NormalForms } from '@keelson/k8s';

/**
 * How a live object differs from what the API server made of our apply. An object that is gone differs as a whole.
 * None where there is no memory to compare with: the agent verifies such an object by a dry run first.
 */
export const detectDrift = (
  memory: NormalForms,
  ref: ObjectRef,
  live: KubeObject,
  deleted: boolean,
  ignored: readonly string[],
): readonly DriftChange[] => {
  if (deleted) return [{ path: '', from: 'applied', to: 'deleted' }];
  const remembered = memory.get(ref);
  if (!remembered) return [];
  return driftOf(remembered, live).filter(({ path }) => !isIgnored(path, ignored));
};
