import { type KubeObject } from '@keelson/domain';
import { type ResourceType } from '../api/resource-type';
import { isObject, listAt } from '../json';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export const ownersOf = (object: KubeObject): readonly OwnerReference[] =>
  listAt(object.metadata, 'ownerReferences').filter(isObject) as unknown as OwnerReference[];

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  ownersOf(object).find((owner) => owner.controller === true);

export interface Dependent {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** Which objects name which owner, by the owner's uid. */
export class OwnerIndex {
  private readonly dependents = new Map<string, Map<string, Dependent>>();

  of(ownerUid: string): Dependent[] {
    return [...(this.dependents.get(ownerUid)?.values() ?? [])];
  }

  move(type: ResourceType, before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (before) {
      for (const owner of ownersOf(before)) {
        const siblings = this.dependents.get(owner.uid);
        siblings?.delete(before.metadata.uid ?? '');
        if (siblings?.size === 0) this.dependents.delete(owner.uid);
      }
    }
    if (!after) return;
    for (const owner of ownersOf(after)) {
      let siblings = this.dependents.get(owner.uid);
      if (!siblings) this.dependents.set(owner.uid, (siblings = new Map<string, Dependent>()));
      siblings.set(after.metadata.uid ?? '', { type, object: after });
    }
  }
}
