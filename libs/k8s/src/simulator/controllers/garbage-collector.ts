import { type KubeObject, groupOf } from '@keelson/domain';
import { FOREGROUND, ORPHAN } from '../api/delete';
import { type ResourceType } from '../api/resource-type';
import { listAt, without } from '../json';
import { type Dependent, type OwnerReference, ownersOf } from '../store/owner-index';
import { type StoreChange } from '../store/change';
import { type Controller, type ControllerContext, keyOf } from './context';

/** Deletes what has lost its owners, and carries out foreground and orphaning deletions. */
export class GarbageCollector implements Controller {
  constructor(private readonly context: ControllerContext) {}

  observe({ kind, type, object }: StoreChange): void {
    const { scheduler } = this.context;
    if (kind === 'DELETED') {
      const uid = object.metadata.uid ?? '';
      if (this.context.state.store.owners.of(uid).length > 0) scheduler.after(0, () => this.collect(uid));
      for (const owner of ownersOf(object)) scheduler.after(0, () => this.release(object, owner));
    } else if (kind === 'ADDED' && ownersOf(object).length > 0) {
      scheduler.after(0, () => this.collectIfOwnerless({ type, object }));
    } else if (object.metadata.deletionTimestamp && isHeldForDependents(object)) {
      scheduler.after(0, () => this.dissolve(type, object));
    }
  }

  private collect(ownerUid: string): void {
    for (const dependent of this.context.state.store.owners.of(ownerUid)) this.collectIfOwnerless(dependent);
  }

  private collectIfOwnerless({ type, object }: Dependent): void {
    const live = this.context.get(type, keyOf(object));
    if (!live || live.metadata.uid !== object.metadata.uid || live.metadata.deletionTimestamp) return;
    const owners = ownersOf(live);
    if (owners.length > 0 && !owners.some((owner) => this.find(live, owner))) this.context.delete(type, live);
  }

  /** The last dependent of an owner that waits for them is gone. */
  private release(dependent: KubeObject, owner: OwnerReference): void {
    const found = this.find(dependent, owner);
    if (found?.object.metadata.deletionTimestamp) this.dissolve(found.type, found.object);
  }

  private dissolve(type: ResourceType, object: KubeObject): void {
    const live = this.context.get(type, keyOf(object));
    if (!live || live.metadata.uid !== object.metadata.uid) return;
    const finalizers = listAt(live.metadata, 'finalizers');
    const dependents = this.context.state.store.owners.of(live.metadata.uid ?? '');
    if (finalizers.includes(ORPHAN)) {
      for (const dependent of dependents) this.orphan(dependent, live);
      this.dropFinalizer(type, live, ORPHAN);
    } else if (finalizers.includes(FOREGROUND)) {
      for (const { type: kind, object: dependent } of dependents) {
        if (!dependent.metadata.deletionTimestamp) {
          this.context.delete(kind, dependent, { propagationPolicy: 'Foreground' });
        }
      }
      if (this.context.state.store.owners.of(live.metadata.uid ?? '').length === 0) {
        this.dropFinalizer(type, live, FOREGROUND);
      }
    }
  }

  private orphan({ type, object }: Dependent, owner: KubeObject): void {
    const ownerReferences = ownersOf(object).filter((reference) => reference.uid !== owner.metadata.uid);
    const metadata = ownerReferences.length
      ? { ...object.metadata, ownerReferences }
      : without(object.metadata, 'ownerReferences');
    this.context.update(type, object, { ...object, metadata });
  }

  private dropFinalizer(type: ResourceType, live: KubeObject, finalizer: string): void {
    const finalizers = listAt(live.metadata, 'finalizers').filter((name) => name !== finalizer);
    this.context.update(type, live, { ...live, metadata: { ...live.metadata, finalizers } });
  }

  private find(dependent: KubeObject, owner: OwnerReference): Dependent | undefined {
    const { registry, store } = this.context.state;
    const type = registry.byGroupKind(groupOf(owner.apiVersion), owner.kind);
    if (!type) return undefined;
    const namespace = type.namespaced ? dependent.metadata.namespace : undefined;
    const object = store.get(type, namespace, owner.name);
    return object?.metadata.uid === owner.uid && object ? { type, object } : undefined;
  }
}

const isHeldForDependents = ({ metadata }: KubeObject): boolean =>
  listAt(metadata, 'finalizers').some((name) => name === FOREGROUND || name === ORPHAN);
