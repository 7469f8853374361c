import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { isObject, listAt, objectAt, textAt } from '../json';
import { CLAIM_PROTECTION } from '../kinds/cluster-kinds';
import { type StoreChange } from '../store/change';
import { type Controller, type ControllerContext, keyOf } from './context';

const CLAIM = builtin('', 'PersistentVolumeClaim');
const POD = builtin('', 'Pod');

/** Binds every volume claim at once, as a provisioner that never fails, and lets go of those no pod uses. */
export class ClaimController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  observe({ kind, type, object }: StoreChange): void {
    const { scheduler } = this.context;
    if (type === CLAIM && kind === 'ADDED') scheduler.after(0, () => this.bind(keyOf(object)));
    else if (type === CLAIM && kind === 'MODIFIED' && object.metadata.deletionTimestamp) {
      scheduler.after(0, () => this.release(keyOf(object)));
    } else if (type === POD && kind === 'DELETED') {
      for (const name of claimsOf(object)) {
        scheduler.after(0, () => this.release(`${object.metadata.namespace ?? ''}/${name}`));
      }
    }
  }

  private bind(key: string): void {
    const claim = this.context.get(CLAIM, key);
    if (!claim || objectAt(claim, 'status').phase === 'Bound') return;
    const { accessModes, resources } = objectAt(claim, 'spec');
    const capacity = objectAt(resources, 'requests');
    this.context.updateStatus(CLAIM, claim, { phase: 'Bound', accessModes, capacity });
  }

  private release(key: string): void {
    const claim = this.context.get(CLAIM, key);
    if (!claim?.metadata.deletionTimestamp) return;
    const { name, namespace } = claim.metadata;
    const pods = this.context.state.store.list(POD, namespace);
    if (pods.some((pod) => claimsOf(pod).includes(name))) return;
    const finalizers = listAt(claim.metadata, 'finalizers').filter((each) => each !== CLAIM_PROTECTION);
    this.context.update(CLAIM, claim, { ...claim, metadata: { ...claim.metadata, finalizers } });
  }
}

const claimsOf = (pod: KubeObject): readonly string[] =>
  listAt(pod.spec, 'volumes')
    .filter(isObject)
    .map((volume) => textAt(objectAt(volume, 'persistentVolumeClaim'), 'claimName'))
    .filter((name) => name !== undefined);
