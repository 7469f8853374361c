import { type KubeObject } from '@keelson/domain';
import { type ResourceType, typeKey } from '../api/resource-type';
import { Collection } from './collection';
import { type ChangeListener, type StoreChange } from './change';
import { EventWindow } from './event-window';
import { type HistoryBudget } from './history-budget';
import { OwnerIndex } from './owner-index';

/**
 * The objects of one cluster under one resourceVersion counter, as in etcd. Stored objects are never mutated.
 * Listeners are called synchronously, in write order.
 */
export class Store {
  private readonly collections = new Map<string, Collection>();
  private readonly listeners = new Set<ChangeListener>();
  readonly window: EventWindow;
  readonly owners = new OwnerIndex();

  /**
   * @param revision first resourceVersion
   * @param historyLimit how many changes of each type a watch may look back
   * @param budget how many changes all stores of the process keep together
   */
  constructor(
    private revision: number,
    historyLimit: number,
    budget: HistoryBudget,
  ) {
    this.window = new EventWindow(historyLimit, revision, budget);
  }

  get resourceVersion(): number {
    return this.revision;
  }

  onChange(listener: ChangeListener): void {
    this.listeners.add(listener);
  }

  get(type: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.collections.get(typeKey(type))?.get(namespace, name);
  }

  /** Objects in key order (namespace, then name), of one namespace or of all. */
  list(type: ResourceType, namespace?: string): readonly KubeObject[] {
    return this.collections.get(typeKey(type))?.list(namespace) ?? [];
  }

  /** Writes the object under the next resourceVersion and returns it as stored. */
  put(type: ResourceType, object: KubeObject): KubeObject {
    const collection = this.collectionOf(type);
    const previous = collection.get(object.metadata.namespace, object.metadata.name);
    const stored = this.stamp(object);
    collection.set(stored);
    this.owners.move(type, previous, stored);
    this.emit({ kind: previous ? 'MODIFIED' : 'ADDED', type, object: stored, previous });
    return stored;
  }

  /** Removes the object; the deletion has a resourceVersion of its own, as in etcd. */
  remove(type: ResourceType, object: KubeObject): KubeObject {
    this.collectionOf(type).delete(object);
    this.owners.move(type, object, undefined);
    const last = this.stamp(object);
    this.emit({ kind: 'DELETED', type, object: last, previous: object });
    return last;
  }

  /** Forgets everything about a type that is no longer served. */
  drop(type: ResourceType): void {
    this.collections.delete(typeKey(type));
    this.window.drop(type);
  }

  private collectionOf(type: ResourceType): Collection {
    const key = typeKey(type);
    let collection = this.collections.get(key);
    if (!collection) this.collections.set(key, (collection = new Collection()));
    return collection;
  }

  private stamp(object: KubeObject): KubeObject {
    this.revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } };
  }

  private emit(change: Omit<StoreChange, 'resourceVersion'>): void {
    const complete: StoreChange = { ...change, resourceVersion: this.revision };
    this.window.record(complete);
    for (const listener of this.listeners) listener(complete);
  }
}
