import { type KubeObject, groupOf } from '@keelson/domain';
import { type ResourceType } from '../../api/resource-type';
import { type OwnerReference, controllerOf } from '../../store/owner-index';
import { type ControllerContext, siblingKey } from '../context';

interface Owned {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** How many pods their owners want together: each owner counts once, a ReplicaSet through its Deployment. */
export function expectedScale(context: ControllerContext, pods: readonly KubeObject[]): number {
  const wanted = new Map<string, number>();
  for (const pod of pods) {
    const owner = topOwner(context, pod);
    if (owner?.type.scale) {
      wanted.set(owner.object.metadata.uid ?? '', owner.type.scale.wanted(owner.object));
    }
  }
  return [...wanted.values()].reduce((sum, count) => sum + count, 0);
}

function topOwner(context: ControllerContext, object: KubeObject): Owned | undefined {
  const reference = controllerOf(object);
  const owner = reference && find(context, object, reference);
  return owner && (topOwner(context, owner.object) ?? owner);
}

function find(context: ControllerContext, object: KubeObject, owner: OwnerReference): Owned | undefined {
  const type = context.state.registry.byGroupKind(groupOf(owner.apiVersion), owner.kind);
  const found = type && context.get(type, siblingKey(object, owner.name));
  return type && found?.metadata.uid === owner.uid && found ? { type, object: found } : undefined;
}
