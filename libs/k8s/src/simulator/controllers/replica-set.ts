import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { equal, objectAt } from '../json';
import { controllerOf } from '../store/owner-index';
import { type StoreChange } from '../store/change';
import { type Controller, type ControllerContext, keyOf, siblingKey } from './context';
import {
  availableIn,
  byDeletionPreference,
  isActive,
  isReady,
  minReadySecondsOf,
  nextAvailableIn,
} from './pods';
import { type WorkQueue } from './work-queue';

const REPLICA_SET = builtin('apps', 'ReplicaSet');
const POD = builtin('', 'Pod');

/** Keeps as many pods as each ReplicaSet wants, and counts them. */
export class ReplicaSetController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const replicaSet = context.get(REPLICA_SET, key);
      return replicaSet && this.reconcile(replicaSet);
    });
  }

  observe({ type, object }: StoreChange): void {
    if (type === REPLICA_SET) this.queue.add(keyOf(object));
    else if (type === POD) {
      const owner = controllerOf(object);
      if (owner?.kind === 'ReplicaSet') this.queue.add(siblingKey(object, owner.name));
    }
  }

  private reconcile(replicaSet: KubeObject): number | undefined {
    const wanted = Number(objectAt(replicaSet, 'spec').replicas ?? 1);
    const pods = this.podsOf(replicaSet);
    if (!replicaSet.metadata.deletionTimestamp) this.scale(replicaSet, pods, wanted);
    return this.count(replicaSet, this.podsOf(replicaSet));
  }

  private podsOf({ metadata }: KubeObject): KubeObject[] {
    return this.context.state.store.owners
      .of(metadata.uid ?? '')
      .filter(({ type, object }) => type === POD && isActive(object))
      .map(({ object }) => object);
  }

  private scale(replicaSet: KubeObject, pods: KubeObject[], wanted: number): void {
    for (let missing = wanted - pods.length; missing > 0; missing -= 1) {
      this.context.create(POD, podFrom(replicaSet, objectAt(replicaSet, 'spec').template, this.context));
    }
    const surplus = pods.length - wanted;
    if (surplus <= 0) return;
    for (const pod of [...pods].sort(byDeletionPreference).slice(0, surplus)) this.context.delete(POD, pod);
  }

  private count(replicaSet: KubeObject, pods: readonly KubeObject[]): number | undefined {
    const minReady = minReadySecondsOf(replicaSet);
    const waits = pods.map((pod) => availableIn(pod, minReady, this.context.now()));
    const ready = pods.filter(isReady).length;
    const available = waits.filter((wait) => wait === 0).length;
    const before = objectAt(replicaSet, 'status');
    const status = {
      ...(before.conditions === undefined ? {} : { conditions: before.conditions }),
      replicas: pods.length,
      ...(pods.length > 0 ? { fullyLabeledReplicas: pods.length } : {}),
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      ...(available > 0 ? { availableReplicas: available } : {}),
      observedGeneration: replicaSet.metadata.generation,
    };
    if (!equal(before, status)) this.context.updateStatus(REPLICA_SET, replicaSet, status);
    return nextAvailableIn(pods, minReady, this.context.now());
  }
}

/** A new pod of a template, owned by its controller. */
export function podFrom(owner: KubeObject, template: unknown, context: ControllerContext): KubeObject {
  const { name, namespace, uid = '' } = owner.metadata;
  const { labels, annotations } = objectAt(template, 'metadata');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      name: `${name}-${context.state.ids.suffix()}`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: labels as Record<string, string> }),
      ...(annotations === undefined ? {} : { annotations: annotations as Record<string, string> }),
      ownerReferences: [controllerReference(owner, uid)],
    },
    spec: objectAt(template, 'spec'),
  };
}

export const controllerReference = (owner: KubeObject, uid = owner.metadata.uid ?? ''): object => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});
