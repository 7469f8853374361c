import { type KubeObject } from '@keelson/domain';
import { customType } from '../api/custom-type';
import { builtin } from '../api/registry';
import { type WatchHub } from '../api/watch-hub';
import { rfc3339 } from '../clock';
import { isObject, listAt, objectAt } from '../json';
import { type StoreChange } from '../store/store';
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
    if (type !== CRD) return;
    const { scheduler, timings } = this.context;
    if (kind === 'ADDED') scheduler.after(timings.crdEstablishMs, () => this.establish(object));
    else if (kind === 'DELETED') this.withdraw(object);
    else if (isEstablished(object) && previous && previous.spec !== object.spec) this.serve(object);
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
    const spec = objectAt(crd, 'spec');
    const { registry, store } = this.context.state;
    const type = registry.customType(String(spec.group), String(objectAt(spec, 'names').plural));
    if (!type) return;
    for (const object of store.list(type)) store.remove(type, object);
    this.hub.end(type);
    registry.withdraw(type);
    store.drop(type);
  }
}

const isEstablished = (crd: KubeObject): boolean =>
  conditionOf(conditionsOf(crd.status), 'Established')?.status === 'True';
