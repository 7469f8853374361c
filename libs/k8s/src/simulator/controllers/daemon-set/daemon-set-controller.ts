import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { equal, listAt, objectAt } from '../../json';
import { TEMPLATE_GENERATION } from '../../kinds/workloads';
import { controllerOf } from '../../store/owner-index';
import { type StoreChange } from '../../store/change';
import { type Controller, type ControllerContext, keyOf, siblingKey } from '../context';
import { ownedPods } from '../owned-pods';
import { minReadySecondsOf, nextAvailableIn } from '../pods';
import { podFrom } from '../replica-set';
import {
  CONTROLLER_REVISION,
  REVISION_LABEL,
  podRevision,
  reviseHistory,
  truncateHistory,
} from '../revisions';
import { type WorkQueue } from '../work-queue';
import { Placement, daemonTolerations } from './placement';
import { outdatedToDelete } from './rolling-update';
import { firstPods, statusOf } from './status';

const DAEMON_SET = builtin('apps', 'DaemonSet');
const POD = builtin('', 'Pod');
const NODE = builtin('', 'Node');

/**
 * One pod on every node that fits; on a node the next one comes when the one before is gone.
 * Source: k8s.io/kubernetes/pkg/controller/daemon/{daemon_controller,update}.go.
 */
export class DaemonSetController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const set = context.get(DAEMON_SET, key);
      return set && this.reconcile(set);
    });
  }

  observe({ kind, type, object, previous }: StoreChange): void {
    if (type === DAEMON_SET) this.queue.add(keyOf(object));
    else if (type === POD || (type === CONTROLLER_REVISION && kind === 'DELETED')) {
      const owner = controllerOf(object);
      if (owner?.kind === 'DaemonSet') this.queue.add(siblingKey(object, owner.name));
    } else if (
      type === NODE &&
      (kind !== 'MODIFIED' ||
        !equal(previous?.metadata.labels, object.metadata.labels) ||
        !equal(listAt(previous?.spec, 'taints'), listAt(object.spec, 'taints')))
    ) {
      for (const set of this.context.state.store.list(DAEMON_SET)) this.queue.add(keyOf(set));
    }
  }

  private reconcile(set: KubeObject): number | undefined {
    if (set.metadata.deletionTimestamp) return undefined;
    const history = reviseHistory(this.context, set, REVISION_LABEL);
    const hash = history.update.metadata.labels?.[REVISION_LABEL] ?? '';
    this.place(set, hash);
    for (const pod of outdatedToDelete(set, this.placementOf(set), hash, this.context.now())) {
      this.context.delete(POD, pod);
    }
    const pods = ownedPods(this.context, set);
    const live = new Set([hash, ...pods.map(podRevision)]);
    truncateHistory(this.context, set, history, ({ metadata }) =>
      live.has(metadata.labels?.[REVISION_LABEL]),
    );
    return this.report(set, hash);
  }

  private placementOf(set: KubeObject): Placement {
    const nodes = this.context.state.store.list(NODE);
    return new Placement(set, nodes, ownedPods(this.context, set));
  }

  private place(set: KubeObject, hash: string): void {
    const placement = this.placementOf(set);
    const { template } = objectAt(set, 'spec');
    const tolerations = daemonTolerations(template);
    for (const node of placement.missing()) {
      const pod = podFrom(set, template, this.context);
      const labels = {
        ...pod.metadata.labels,
        [REVISION_LABEL]: hash,
        'pod-template-generation': set.metadata.annotations?.[TEMPLATE_GENERATION] ?? '1',
      };
      this.context.create(POD, {
        ...pod,
        metadata: { ...pod.metadata, labels },
        spec: { ...objectAt(pod, 'spec'), tolerations, nodeName: node },
      });
    }
    for (const pod of placement.surplus()) this.context.delete(POD, pod);
  }

  private report(set: KubeObject, hash: string): number | undefined {
    const placement = this.placementOf(set);
    const now = this.context.now();
    const status = statusOf(set, placement, hash, now);
    if (!equal(set.status, status)) this.context.updateStatus(DAEMON_SET, set, status);
    return nextAvailableIn(firstPods(placement), minReadySecondsOf(set), now);
  }
}
