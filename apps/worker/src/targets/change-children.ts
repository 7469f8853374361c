import { patchChild, removeChild, type ChildPatch, type ChildRemoval, type SeenChild } from '@keelson/k8s';
import type { TargetHost } from './target-host';

export interface ChildChanges {
  readonly patches: readonly ChildPatch[];
  readonly removals: readonly ChildRemoval[];
}

/**
 * Patches and deletes what the workloads' controllers own, one after the other. Answers whether all of it was done.
 *
 * What a newer plan has reached is left alone: the child says so itself, in the very version that the change is for. But
 * nothing of a pod changes while a newer plan works on its neighbours, and a worker that does not know of that plan would
 * take down more pods than it allows. So before each it looks whether the workload has a newer plan, too. One change that
 * was begun before that was seen can still come too late; the newest plan mends it.
 */
export const changeChildren = async (
  { deps, children, signal }: Pick<TargetHost, 'deps' | 'children' | 'signal'>,
  { patches, removals }: ChildChanges,
  generation: number,
  isOvertaken: () => boolean,
): Promise<boolean> => {
  const isNotOurs = (child: SeenChild): boolean => child.generation > generation || isOvertaken();
  for (const patch of patches) {
    if (isNotOurs(patch)) return false;
    const patched = await patchChild(deps, patch, generation, signal);
    if (patched) children.store(patched);
  }
  for (const removal of removals) {
    if (isNotOurs(removal)) return false;
    await removeChild(deps, removal, signal);
  }
  return true;
};
