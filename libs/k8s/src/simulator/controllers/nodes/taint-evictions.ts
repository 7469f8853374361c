import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { equal, objectAt, textAt } from '../../json';
import { type StoreChange } from '../../store/change';
import { type Controller, type ControllerContext, keyOf } from '../context';
import { podsOn } from '../owned-pods';
import { type WorkQueue } from '../work-queue';
import { taintsOf, tolerates, tolerationsOf } from './taints';

const NODE = builtin('', 'Node');
const POD = builtin('', 'Pod');

/**
 * Deletes the pods of a node that do not bear its NoExecute taints, or not for so long. No budget is asked;
 * a pod whose kubelet is silent stays Terminating.
 * Source: k8s.io/kubernetes/pkg/controller/nodelifecycle/scheduler/taint_manager.go.
 */
export class TaintEvictions implements Controller {
  private readonly queue: WorkQueue;
  /** Since when a pod has borne the taints of its node, by uid; milliseconds since the epoch. */
  private readonly since = new Map<string, number>();

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const pod = context.get(POD, key);
      return pod && this.reconcile(pod);
    });
  }

  observe({ kind, type, object, previous }: StoreChange): void {
    if (type === NODE && !equal(previous && taintsOf(previous), taintsOf(object))) {
      for (const pod of podsOn(this.context, object.metadata.name)) this.queue.add(keyOf(pod));
    } else if (type === POD && kind === 'DELETED') {
      this.since.delete(object.metadata.uid ?? '');
    } else if (type === POD && previous?.spec !== object.spec && objectAt(object, 'spec').nodeName) {
      this.queue.add(keyOf(object));
    }
  }

  private reconcile(pod: KubeObject): number | undefined {
    const { uid = '', deletionTimestamp } = pod.metadata;
    const patience = deletionTimestamp ? Infinity : this.patienceOf(pod);
    if (patience === Infinity) {
      this.since.delete(uid);
      return undefined;
    }
    const now = this.context.now();
    const since = this.since.get(uid) ?? now;
    this.since.set(uid, since);
    const left = since + patience - now;
    if (left > 0) return left;
    this.context.delete(POD, pod);
    return undefined;
  }

  /** How long the pod bears its node's taints, in milliseconds; Infinity when there is nothing to bear. */
  private patienceOf(pod: KubeObject): number {
    const node = this.context.state.store.get(NODE, undefined, textAt(pod.spec, 'nodeName') ?? '');
    const taints = node ? taintsOf(node).filter(({ effect }) => effect === 'NoExecute') : [];
    const waits = taints.map((taint) => {
      const toleration = tolerationsOf(pod).find((each) => tolerates(each, taint));
      return toleration ? (toleration.tolerationSeconds ?? Infinity) * 1_000 : 0;
    });
    return Math.min(...waits);
  }
}
