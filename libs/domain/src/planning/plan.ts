import { keyOf, refOf, type KubeObject, type ObjectRef } from '../kubernetes/objects';
import { sameJson } from '../kernel/same-json';
import { contentHash } from '../manifests';
import { applyOrder } from './apply-order';

/** The exact objects that a target must have. */
export interface PlanContent {
  /** 20 hex characters over the objects; equal for equal objects, in whatever order they and their keys came. */
  readonly hash: string;
  /** In apply order. */
  readonly objects: readonly KubeObject[];
}

/** 80 bits: a chance collision needs about 10^12 plans; whole SHA-256 values would double the annotations' size. */
const HASH_LENGTH = 20;

const hashOf = (ordered: readonly KubeObject[]): string => contentHash(ordered).slice(0, HASH_LENGTH);

export const planHash = (objects: readonly KubeObject[]): string => hashOf(applyOrder(objects));

export const planContent = (objects: readonly KubeObject[]): PlanContent => {
  const ordered = applyOrder(objects);
  return { hash: hashOf(ordered), objects: ordered };
};

/** Objects by what a new plan does to them. */
export interface PlanDiff {
  readonly added: readonly ObjectRef[];
  readonly changed: readonly ObjectRef[];
  /** In the order of deleting. */
  readonly removed: readonly ObjectRef[];
}

/**
 * What changes from one plan to another; without an old one everything is added. An object that moved to another
 * API version is changed, not replaced.
 */
export const diffPlans = (before: PlanContent | undefined, after: PlanContent): PlanDiff => {
  if (before?.hash === after.hash) return { added: [], changed: [], removed: [] };
  const old = new Map(before?.objects.map((object) => [keyOf(refOf(object)), object]));
  const added: ObjectRef[] = [];
  const changed: ObjectRef[] = [];
  for (const object of after.objects) {
    const ref = refOf(object);
    const earlier = old.get(keyOf(ref));
    old.delete(keyOf(ref));
    if (!earlier) added.push(ref);
    else if (!sameJson(earlier, object)) changed.push(ref);
  }
  return { added, changed, removed: [...old.values()].map(refOf).reverse() };
};
