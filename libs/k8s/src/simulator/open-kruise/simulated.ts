import { type KubeObject } from '@keelson/domain';
import { patchObject } from '../api/patch';
import { builtin } from '../api/registry';
import { type ResourceType } from '../api/resource-type';
import { rfc3339 } from '../clock';
import { type Controller, type ControllerContext, keyOf, siblingKey } from '../controllers/context';
import { minReadySecondsOf, nextAvailableIn } from '../controllers/pods';
import { CONTROLLER_REVISION } from '../controllers/revisions';
import { ownedPods } from '../controllers/owned-pods';
import { type WorkQueue } from '../controllers/work-queue';
import { controllerOf } from '../store/owner-index';
import { type StoreChange } from '../store/change';
import { type Action, patchTypeOf } from './action';
import { reconcileCloneSet } from './clone-set/reconcile';
import { KRUISE_GROUP } from './crds';
import { injectSidecars } from './sidecar-set/injection';
import { reconcileSidecarSet } from './sidecar-set/reconcile';

const POD = builtin('', 'Pod');

/** OpenKruise in a simulated cluster: at work as soon as its CRDs are served, and nothing before. */
export class OpenKruise implements Controller {
  private readonly cloneSets: WorkQueue;
  private readonly sidecarSets: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.cloneSets = context.queue((key) => {
      const type = this.typeOf('clonesets');
      const set = type && context.get(type, key);
      return set && this.reconcile(set);
    });
    this.sidecarSets = context.queue((key) => {
      const type = this.typeOf('sidecarsets');
      const set = type && context.get(type, key);
      const pods = context.state.store.list(POD);
      if (set) this.carryOut(reconcileSidecarSet({ set, pods, now: context.now() }));
      return undefined;
    });
  }

  observe({ kind, type, object }: StoreChange): void {
    if (type.group === KRUISE_GROUP) {
      if (type.kind === 'CloneSet') this.cloneSets.add(keyOf(object));
      else if (type.kind === 'SidecarSet') this.sidecarSets.add(keyOf(object));
    } else if (type === CONTROLLER_REVISION && kind === 'DELETED') this.wakeOwner(object);
    else if (type === POD && this.context.state.registry.hasCustomTypes) {
      this.wakeOwner(object);
      for (const set of this.listOf('sidecarsets')) this.sidecarSets.add(keyOf(set));
    }
  }

  private wakeOwner(object: KubeObject): void {
    const owner = controllerOf(object);
    if (owner?.kind === 'CloneSet') this.cloneSets.add(siblingKey(object, owner.name));
  }

  /** The webhook: every pod passes it before it is made. */
  admit(type: ResourceType, object: KubeObject): KubeObject {
    if (type !== POD || !this.context.state.registry.hasCustomTypes) return object;
    return injectSidecars(object, this.listOf('sidecarsets'), rfc3339(this.context.now()));
  }

  private typeOf(plural: string): ResourceType | undefined {
    return this.context.state.registry.customType(KRUISE_GROUP, plural);
  }

  private listOf(plural: string): readonly KubeObject[] {
    const type = this.typeOf(plural);
    return type ? this.context.state.store.list(type) : [];
  }

  private reconcile(set: KubeObject): number | undefined {
    const owned = this.ownedBy(set);
    const newId = () => this.context.state.ids.suffix();
    const now = this.context.now();
    this.carryOut(reconcileCloneSet({ set, ...owned, now, newId }));
    return nextAvailableIn(owned.pods, minReadySecondsOf(set), now);
  }

  private ownedBy(set: KubeObject) {
    const revisions = this.context.state.store.owners
      .of(set.metadata.uid ?? '')
      .filter(({ type }) => type === CONTROLLER_REVISION)
      .map(({ object }) => object);
    return { pods: ownedPods(this.context, set), revisions };
  }

  private carryOut(actions: readonly Action[]): void {
    for (const action of actions) {
      const type = this.context.state.registry.byKind(action.object.apiVersion, action.object.kind);
      if (!type) continue;
      // A revision of that name may be left from a set that is gone; it is made when that one is collected.
      const isTaken = action.verb === 'create' && this.context.get(type, keyOf(action.object));
      if (isTaken) continue;
      if (action.verb === 'create') this.context.create(type, action.object);
      else if (action.verb === 'delete') this.context.delete(type, action.object);
      else {
        const write = { ...this.context.request(type, action.object), subresource: action.subresource };
        patchObject(this.context.state, write, patchTypeOf(action), action.patch);
      }
    }
  }
}
