import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { safeHash } from '../ids';
import { equal, objectAt, textAt } from '../json';
import { controllerOf } from '../store/owner-index';
import { type StoreChange } from '../store/change';
import { type Controller, type ControllerContext, keyOf, siblingKey } from './context';
import { resolve } from './int-or-percent';
import { activePods } from './owned-pods';
import { isReady } from './pods';
import { podFrom } from './replica-set';
import { REVISION_LABEL } from './stateful-set';
import { type WorkQueue } from './work-queue';

const DAEMON_SET = builtin('apps', 'DaemonSet');
const POD = builtin('', 'Pod');
const NODE = builtin('', 'Node');

/** One pod on every node; replaced one by one (maxUnavailable) after a change of the template. */
export class DaemonSetController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const set = context.get(DAEMON_SET, key);
      if (set) this.reconcile(set);
      return undefined;
    });
  }

  observe({ kind, type, object }: StoreChange): void {
    if (type === DAEMON_SET) this.queue.add(keyOf(object));
    else if (type === POD) {
      const owner = controllerOf(object);
      if (owner?.kind === 'DaemonSet') this.queue.add(siblingKey(object, owner.name));
    } else if (type === NODE && kind !== 'MODIFIED') {
      for (const set of this.context.state.store.list(DAEMON_SET)) this.queue.add(keyOf(set));
    }
  }

  private reconcile(set: KubeObject): void {
    const hash = safeHash(objectAt(set, 'spec').template);
    const nodes = this.context.state.store.list(NODE).map((node) => node.metadata.name);
    if (!set.metadata.deletionTimestamp) {
      this.place(set, nodes, hash);
      this.replaceOutdated(set, hash);
    }
    this.report(set, nodes.length, hash);
  }

  private place(set: KubeObject, nodes: readonly string[], hash: string): void {
    const taken = new Set(activePods(this.context, set).map(nodeOf));
    for (const node of nodes.filter((name) => !taken.has(name))) {
      const pod = podFrom(set, objectAt(set, 'spec').template, this.context);
      this.context.create(POD, {
        ...pod,
        metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [REVISION_LABEL]: hash } },
        spec: { ...objectAt(pod, 'spec'), nodeName: node },
      });
    }
    for (const pod of activePods(this.context, set)) {
      if (!nodes.includes(nodeOf(pod))) this.context.delete(POD, pod);
    }
  }

  private replaceOutdated(set: KubeObject, hash: string): void {
    const strategy = objectAt(objectAt(set, 'spec'), 'updateStrategy');
    if (strategy.type === 'OnDelete') return;
    const pods = activePods(this.context, set);
    const bound = objectAt(strategy, 'rollingUpdate').maxUnavailable ?? 1;
    const limit = Math.max(1, resolve(bound, pods.length, Math.ceil));
    const outdated = pods.filter((pod) => revisionOf(pod) !== hash);
    // Pods that are not Ready anyway go first and cost no availability.
    const broken = outdated.filter((pod) => !isReady(pod));
    const spare = limit - pods.filter((pod) => !isReady(pod)).length;
    const healthy = outdated.filter(isReady).slice(0, Math.max(0, spare));
    for (const pod of [...broken, ...healthy]) this.context.delete(POD, pod);
  }

  private report(set: KubeObject, desired: number, hash: string): void {
    const pods = activePods(this.context, set);
    const ready = pods.filter(isReady).length;
    const updated = pods.filter((pod) => revisionOf(pod) === hash).length;
    const status = {
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: desired,
      numberReady: ready,
      observedGeneration: set.metadata.generation,
      ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
      ...(ready > 0 ? { numberAvailable: ready } : {}),
      ...(desired > ready ? { numberUnavailable: desired - ready } : {}),
    };
    if (!equal(set.status, status)) this.context.updateStatus(DAEMON_SET, set, status);
  }
}

const nodeOf = (pod: KubeObject): string => textAt(pod.spec, 'nodeName') ?? '';
const revisionOf = (pod: KubeObject): string | undefined => pod.metadata.labels?.[REVISION_LABEL];
