import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { equal, textAt } from '../../json';
import { controllerOf } from '../../store/owner-index';
import { type StoreChange } from '../../store/change';
import { type Controller, type ControllerContext, keyOf, siblingKey } from '../context';
import { ownedPods } from '../owned-pods';
import { CONTROLLER_REVISION, podRevision, reviseHistory, templateIn, truncateHistory } from '../revisions';
import { type WorkQueue } from '../work-queue';
import { claimsOf, statefulPod } from './identity';
import { type Revisions, nextMoves } from './next-moves';
import { statusOf } from './status';

const STATEFUL_SET = builtin('apps', 'StatefulSet');
const POD = builtin('', 'Pod');
const CLAIM = builtin('', 'PersistentVolumeClaim');

/**
 * Pods with stable names, which roll from the highest ordinal down to the partition.
 * Source: k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_control.go.
 */
export class StatefulSetController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const set = context.get(STATEFUL_SET, key);
      if (set) this.reconcile(set);
      return undefined;
    });
  }

  observe({ kind, type, object }: StoreChange): void {
    if (type === STATEFUL_SET) this.queue.add(keyOf(object));
    else if (type === POD || (type === CONTROLLER_REVISION && kind === 'DELETED')) {
      // By name, not by uid: the pods of a set that is gone hold the names that its successor waits for.
      const owner = controllerOf(object);
      if (owner?.kind === 'StatefulSet') this.queue.add(siblingKey(object, owner.name));
    }
  }

  private reconcile(set: KubeObject): void {
    const history = reviseHistory(this.context, set, 'controller.kubernetes.io/hash');
    const name = textAt(set.status, 'currentRevision');
    const current = history.all.find((revision) => revision.metadata.name === name) ?? history.update;
    const revisions = { current: current.metadata.name, update: history.update.metadata.name };
    for (const move of set.metadata.deletionTimestamp ? [] : nextMoves(set, this.podsOf(set), revisions)) {
      if (move.kind === 'delete') this.context.delete(POD, move.pod);
      else this.createPod(set, move.ordinal, move.revision === 'current' ? current : history.update);
    }
    this.report(set, revisions);
    const live = new Set([
      current.metadata.name,
      ...this.podsOf(set).map(podRevision),
      history.update.metadata.name,
    ]);
    truncateHistory(this.context, set, history, (revision) => live.has(revision.metadata.name));
  }

  private podsOf(set: KubeObject): KubeObject[] {
    return ownedPods(this.context, set);
  }

  /** A pod of that name may be left from a set that is gone: then its end is waited for. */
  private createPod(set: KubeObject, ordinal: number, revision: KubeObject): void {
    const pod = statefulPod(set, templateIn(revision), ordinal, revision.metadata.name);
    if (this.context.get(POD, keyOf(pod))) return;
    for (const claim of claimsOf(set, ordinal)) {
      if (!this.context.get(CLAIM, keyOf(claim))) this.context.create(CLAIM, claim);
    }
    this.context.create(POD, pod);
  }

  private report(set: KubeObject, revisions: Revisions): void {
    const status = statusOf(set, this.podsOf(set), revisions);
    if (!equal(set.status, status)) this.context.updateStatus(STATEFUL_SET, set, status);
  }
}
