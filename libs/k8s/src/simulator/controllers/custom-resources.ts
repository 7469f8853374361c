import { type KubeObject } from '@keelson/domain';
import { customType } from '../api/custom-type';
import { CLEANUP } from '../api/delete';
import { builtin } from '../api/registry';
import { type ResourceType } from '../api/resource-type';
import { type WatchHub } from '../api/watch-hub';
import { rfc3339 } from '../clock';
import { isObject, listAt, objectAt, textAt } from '../json';
import { type StoreChange } from '../store/change';
import { type Condition, conditionOf, conditionsOf, withCondition } from './conditions';
import { type Controller, type ControllerContext, keyOf } from './context';

const CRD = builtin('apiextensions.k8s.io', 'CustomResourceDefinition');

/** Serves a CRD's API once it is Established, and withdraws it with everything in it when the CRD goes. */
export class CustomResourceController implements Controller {
  constructor(
    private readonly context: ControllerContext,
    private readonly hub: WatchHub,
  ) {}

  observe({ kind, type, object, previous }: StoreChange): void {
    const { scheduler, timings } = this.context;
    if (type.custom && kind === 'DELETED') {
      const crd = this.context.get(CRD, `/${type.plural}.${type.group}`);
      if (crd?.metadata.deletionTimestamp) scheduler.after(0, () => this.cleanUp(crd));
    }
    if (type !== CRD) return;
    if (kind === 'ADDED') scheduler.after(timings.crdEstablishMs, () => this.establish(object));
    else if (kind === 'DELETED') this.withdraw(object);
    else if (object.metadata.deletionTimestamp) scheduler.after(0, () => this.cleanUp(object));
    else if (isEstablished(object) && previous && previous.spec !== object.spec) this.serve(object);
  }

  /** Deletes the objects of a CRD that is going; what their finalizers hold, it waits for. */
  private cleanUp(crd: KubeObject): void {
    const live = this.context.get(CRD, keyOf(crd));
    if (!live?.metadata.deletionTimestamp) return;
    const type = this.typeOf(live);
    const { store } = this.context.state;
    for (const object of type ? store.list(type) : []) {
      if (type && !object.metadata.deletionTimestamp) this.context.delete(type, object);
    }
    const finalizers = listAt(live.metadata, 'finalizers');
    if ((type && store.list(type).length > 0) || !finalizers.includes(CLEANUP)) return;
    const left = finalizers.filter((name) => name !== CLEANUP);
    this.context.update(CRD, live, { ...live, metadata: { ...live.metadata, finalizers: left } });
  }

  private typeOf(crd: KubeObject): ResourceType | undefined {
    const spec = objectAt(crd, 'spec');
    return this.context.state.registry.customType(
      textAt(spec, 'group') ?? '',
      textAt(objectAt(spec, 'names'), 'plural') ?? '',
    );
  }

  private establish(crd: KubeObject): void {
    const live = this.context.get(CRD, keyOf(crd));
    if (!live || live.metadata.uid !== crd.metadata.uid) return;
    this.serve(live);
    const time = rfc3339(this.context.now());
    const names = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' } as const;
    const established = { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' } as const;
    let conditions: readonly Condition[] = conditionsOf(live.status);
    conditions = withCondition(conditions, { ...names, message: 'no conflicts found' }, time);
    conditions = withCondition(
      conditions,
      { ...established, message: 'the initial names have been accepted' },
      time,
    );
    const spec = objectAt(live, 'spec');
    const storage = listAt(spec, 'versions')
      .filter(isObject)
      .find((version) => version.storage === true);
    this.context.updateStatus(CRD, live, {
      conditions,
      acceptedNames: spec.names,
      storedVersions: [storage?.name],
    });
  }

  private serve(crd: KubeObject): void {
    const type = customType(crd);
    const { registry, store } = this.context.state;
    // A watch cache of its own begins now: older resourceVersions are expired for this type.
    if (registry.serve(type)) store.window.open(type, store.resourceVersion);
  }

  private withdraw(crd: KubeObject): void {
    const type = this.typeOf(crd);
    if (!type) return;
    const { registry, store } = this.context.state;
    this.hub.end(type);
    registry.withdraw(type);
    store.drop(type);
  }
}

const isEstablished = (crd: KubeObject): boolean =>
  conditionOf(conditionsOf(crd.status), 'Established')?.status === 'True';
