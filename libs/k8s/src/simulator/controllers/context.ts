import { type KubeObject } from '@keelson/domain';
import { type ClusterState, type WriteRequest } from '../api/cluster-state';
import { commitUpdate, withManagedFields, writerOf } from '../api/commit';
import { createObject } from '../api/create';
import { type DeleteOptions, deleteObject } from '../api/delete';
import { type ResourceType, apiVersionOf } from '../api/resource-type';
import { recordUpdate } from '../fields/managed-fields';
import { type StoreChange } from '../store/change';
import { type SimulatorTimings } from '../timings';
import { type Scheduler } from './scheduler';
import { type Key, type Reconcile, WorkQueue } from './work-queue';

/** What a controller works with: the cluster's state, its time and the verbs of the API, as one manager. */
export class ControllerContext {
  constructor(
    readonly state: ClusterState,
    readonly scheduler: Scheduler,
    readonly timings: SimulatorTimings,
    private readonly manager: string,
  ) {}

  now(): number {
    return this.state.clock.now();
  }

  queue(reconcile: Reconcile): WorkQueue {
    return new WorkQueue(this.scheduler, this.state.clock, reconcile);
  }

  get(type: ResourceType, key: Key): KubeObject | undefined {
    const slash = key.indexOf('/');
    return this.state.store.get(type, key.slice(0, slash) || undefined, key.slice(slash + 1));
  }

  create(type: ResourceType, body: KubeObject): KubeObject {
    return createObject(this.state, this.request(type, body), body);
  }

  /** Writes the object as a whole; `next` shares with `live` what does not change. */
  update(type: ResourceType, live: KubeObject, next: KubeObject, subresource?: 'status'): KubeObject {
    if (next === live) return live;
    const writer = writerOf(this.state, { ...this.request(type, live), subresource }, 'Update');
    const managed = recordUpdate(live, next, type.schema, writer);
    return commitUpdate(this.state, type, live, withManagedFields(next, managed), {
      dryRun: false,
      isStatus: subresource === 'status',
    });
  }

  updateStatus(type: ResourceType, live: KubeObject, status: object): KubeObject {
    return this.update(type, live, { ...live, status }, 'status');
  }

  delete(type: ResourceType, object: KubeObject, options: DeleteOptions = {}): void {
    deleteObject(this.state, this.request(type, object), options);
  }

  /** A write of this controller to one object. */
  request(type: ResourceType, { metadata }: KubeObject): WriteRequest {
    return {
      type,
      apiVersion: apiVersionOf(type.group, type.versions[0] ?? ''),
      namespace: metadata.namespace,
      name: metadata.name,
      manager: this.manager,
      dryRun: false,
      force: false,
    };
  }
}

/** Told of every change in the store, in order; must only note what to look at later. */
export interface Controller {
  observe(change: StoreChange): void;
}

export const keyOf = ({ metadata }: KubeObject): Key => `${metadata.namespace ?? ''}/${metadata.name}`;

/** The key of an object in the same namespace. */
export const siblingKey = ({ metadata }: KubeObject, name: string): Key =>
  `${metadata.namespace ?? ''}/${name}`;
