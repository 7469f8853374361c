import { type KubeObject } from '@keelson/domain';
import { commitUpdate } from '../../api/commit';
import { builtin } from '../../api/registry';
import { rfc3339 } from '../../clock';
import { equal, objectAt } from '../../json';
import { type StoreChange } from '../../store/change';
import { type Condition, conditionsOf, withCondition } from '../conditions';
import { type Controller, type ControllerContext, keyOf } from '../context';
import { isActive } from '../pods';
import { isCordoned, taintsOf } from '../nodes/taints';
import { type WorkQueue } from '../work-queue';
import { misfit, nowhere } from './fit';

const POD = builtin('', 'Pod');
const NODE = builtin('', 'Node');

/** The scheduler of a cluster: binds pods in turn to the nodes that they fit; the nodes' capacity has no end. */
export class Binder implements Controller {
  private readonly queue: WorkQueue;
  private turn = 0;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const pod = context.get(POD, key);
      if (pod && isActive(pod) && !isBound(pod)) this.bind(pod);
      return undefined;
    });
  }

  observe({ kind, type, object, previous }: StoreChange): void {
    if (type === POD && kind === 'ADDED' && !isBound(object)) this.queue.add(keyOf(object));
    if (type !== NODE || kind === 'DELETED' || (previous && isAsFit(object, previous))) return;
    for (const pod of this.context.state.store.list(POD)) if (!isBound(pod)) this.queue.add(keyOf(pod));
  }

  private bind(pod: KubeObject): void {
    const nodes = this.context.state.store.list(NODE);
    const fitting = nodes.filter((node) => misfit(pod, node) === undefined);
    const node = fitting[this.turn++ % Math.max(fitting.length, 1)];
    if (!node) return this.report(pod, nowhere(pod, nodes));
    const status = withScheduled(pod, { status: 'True' }, rfc3339(this.context.now()));
    const spec = { ...objectAt(pod, 'spec'), nodeName: node.metadata.name };
    // Past managedFields, as a Binding goes: nobody owns where a pod runs.
    commitUpdate(this.context.state, POD, pod, { ...pod, spec, status }, { dryRun: false, isStatus: false });
  }

  private report(pod: KubeObject, message: string): void {
    const why = { status: 'False', reason: 'Unschedulable', message } as const;
    this.context.updateStatus(POD, pod, withScheduled(pod, why, rfc3339(this.context.now())));
  }
}

const isBound = (pod: KubeObject): boolean => objectAt(pod, 'spec').nodeName !== undefined;

/** Nothing changed that decides which pods go there. */
const isAsFit = (node: KubeObject, before: KubeObject): boolean =>
  isCordoned(node) === isCordoned(before) &&
  equal(taintsOf(node), taintsOf(before)) &&
  equal(node.metadata.labels, before.metadata.labels);

const withScheduled = (pod: KubeObject, how: Omit<Condition, 'type'>, now: string): object => ({
  ...objectAt(pod, 'status'),
  conditions: withCondition(conditionsOf(pod.status), { type: 'PodScheduled', ...how }, now),
});
