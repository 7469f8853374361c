import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { type StoreChange } from '../store/change';
import { type Controller, type ControllerContext } from './context';
import { type WorkQueue } from './work-queue';

const NAMESPACE = builtin('', 'Namespace');

/** Empties Namespaces that are being deleted, and removes them once nothing is left in them. */
export class NamespaceController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((name) => {
      const namespace = context.state.store.get(NAMESPACE, undefined, name);
      if (namespace?.metadata.deletionTimestamp) this.empty(namespace);
      return undefined;
    });
  }

  observe({ kind, type, object }: StoreChange): void {
    if (type === NAMESPACE && object.metadata.deletionTimestamp && kind !== 'DELETED') {
      this.queue.add(object.metadata.name);
    } else if (kind === 'DELETED' && object.metadata.namespace !== undefined) {
      this.queue.add(object.metadata.namespace);
    }
  }

  private empty(namespace: KubeObject): void {
    const { registry, store } = this.context.state;
    const { name } = namespace.metadata;
    let left = 0;
    for (const type of registry.types().filter((candidate) => candidate.namespaced)) {
      for (const object of store.list(type, name)) {
        if (!object.metadata.deletionTimestamp) this.context.delete(type, object);
      }
      left += store.list(type, name).length;
    }
    const held = Array.isArray(namespace.metadata.finalizers) && namespace.metadata.finalizers.length > 0;
    if (left === 0 && !held) store.remove(NAMESPACE, namespace);
  }
}
