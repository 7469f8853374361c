import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { rfc3339 } from '../../clock';
import { objectAt } from '../../json';
import { type StoreChange } from '../../store/change';
import { conditionOf, conditionsOf } from '../conditions';
import { type Controller, type ControllerContext, keyOf } from '../context';
import { isFinished } from '../pods';
import { type Key } from '../work-queue';
import {
  type ContainerStatus,
  completed,
  containerStatusesOf,
  containersWithStatus,
  creating,
  hasNewImage,
  isWaiting,
  replaced,
  running,
  unpullable,
} from './container-status';
import { hasMovedGate, podStatus } from './pod-status';

const POD = builtin('', 'Pod');
const NODE = builtin('', 'Node');

/** Images that no registry has: those of this word, and those that the cluster was told to refuse. */
const MISSING = 'missing';

/**
 * Scheduler and kubelets in one: binds pods to Ready nodes in turn, starts and stops their containers after
 * the configured times, restarts a container in place when its image changes.
 */
export class Kubelet implements Controller {
  private readonly refused = new Set<string>();
  private turn = 0;

  constructor(private readonly context: ControllerContext) {}

  observe({ kind, type, object, previous }: StoreChange): void {
    if (type === NODE && kind !== 'DELETED') this.bindWaiting();
    if (type !== POD || kind === 'DELETED') return;
    const key = keyOf(object);
    const { podStopMs } = this.context.timings;
    if (kind === 'ADDED') this.soon(0, key, object, (pod) => this.bind(pod));
    else if (object.metadata.deletionTimestamp) {
      if (!previous?.metadata.deletionTimestamp) this.soon(podStopMs, key, object, (pod) => this.stop(pod));
    } else if (previous?.spec !== object.spec && hasNewImage(object)) {
      this.soon(0, key, object, (pod) => this.replace(pod));
    } else if (hasMovedGate(object, containerStatusesOf(object))) {
      this.soon(0, key, object, (pod) => this.write(pod, containerStatusesOf(pod)));
    }
  }

  /** From now on the image cannot be pulled, or can again. */
  setRefused(image: string, refused: boolean): void {
    if (refused) this.refused.add(image);
    else this.refused.delete(image);
    for (const pod of this.context.state.store.list(POD)) {
      if (isWaiting(pod)) this.soon(0, keyOf(pod), pod, (live) => this.start(live));
    }
  }

  private canPull(image: string): boolean {
    return !image.includes(MISSING) && !this.refused.has(image);
  }

  /** Runs a step on the pod as it is then, unless another pod has taken its name. */
  private soon(delayMs: number, key: Key, { metadata }: KubeObject, step: (pod: KubeObject) => void): void {
    this.context.scheduler.after(delayMs, () => {
      const pod = this.context.get(POD, key);
      if (pod?.metadata.uid === metadata.uid && pod) step(pod);
    });
  }

  private bindWaiting(): void {
    for (const pod of this.context.state.store.list(POD)) {
      if (!objectAt(pod, 'spec').nodeName) this.soon(0, keyOf(pod), pod, (live) => this.bind(live));
    }
  }

  private bind(pod: KubeObject): void {
    const { context } = this;
    if (pod.metadata.deletionTimestamp) return;
    const bound = objectAt(pod, 'spec').nodeName ? pod : this.withNode(pod);
    if (!bound) return;
    const time = rfc3339(context.now());
    const containers = containersWithStatus(bound).map(({ container }) => creating(container));
    const status = { ...podStatus(bound, containers, time), qosClass: 'BestEffort', startTime: time };
    this.begin(context.update(POD, pod, { ...bound, status }, 'status'));
  }

  private withNode(pod: KubeObject): KubeObject | undefined {
    const nodes = this.context.state.store.list(NODE).filter(isSchedulable);
    const node = nodes[this.turn++ % Math.max(nodes.length, 1)];
    return node && { ...pod, spec: { ...objectAt(pod, 'spec'), nodeName: node.metadata.name } };
  }

  private begin(pod: KubeObject): void {
    this.soon(this.context.timings.podStartMs, keyOf(pod), pod, (live) => this.start(live));
  }

  /** Starts every container that waits and whose image is there. */
  private start(pod: KubeObject): void {
    if (isOver(pod)) return;
    const time = rfc3339(this.context.now());
    const containers = containerStatusesOf(pod).map((status) => {
      if (!status.state.waiting) return status;
      if (!this.canPull(status.image)) return unpullable(status);
      return running(status, this.context.state.ids.uid(), time);
    });
    const ip = addressOf(pod);
    const started = this.write(
      { ...pod, status: { ...objectAt(pod, 'status'), podIP: ip, podIPs: [{ ip }] } },
      containers,
      pod,
    );
    const isRunning = containers.every(({ state }) => state.running);
    if (isRunning && objectAt(pod, 'spec').restartPolicy !== 'Always') {
      this.soon(this.context.timings.jobRunMs, keyOf(started), started, (live) => this.finish(live));
    }
  }

  /** A changed image: that container stops and starts again, its neighbours run on. */
  private replace(pod: KubeObject): void {
    if (isOver(pod)) return;
    const time = rfc3339(this.context.now());
    const containers = containersWithStatus(pod).map(({ container, status }) => {
      if (!status) return creating(container);
      return status.image === container.image ? status : replaced(container, status, time);
    });
    this.begin(this.write(pod, containers));
  }

  private finish(pod: KubeObject): void {
    if (isOver(pod)) return;
    const time = rfc3339(this.context.now());
    this.write(
      pod,
      containerStatusesOf(pod).map((status) => completed(status, time)),
    );
  }

  private stop(pod: KubeObject): void {
    this.context.delete(POD, pod, { gracePeriodSeconds: 0 });
  }

  private write(pod: KubeObject, containers: readonly ContainerStatus[], live = pod): KubeObject {
    return this.context.updateStatus(POD, live, podStatus(pod, containers, rfc3339(this.context.now())));
  }
}

const isOver = (pod: KubeObject): boolean => pod.metadata.deletionTimestamp !== undefined || isFinished(pod);

const isSchedulable = (node: KubeObject): boolean =>
  objectAt(node, 'spec').unschedulable !== true &&
  conditionOf(conditionsOf(node.status), 'Ready')?.status === 'True';

/** Inside 10.128.0.0/9, from the uid. */
function addressOf({ metadata }: KubeObject): string {
  const number = parseInt((metadata.uid ?? '').slice(0, 6), 16) || 0;
  return `10.${128 + ((number >> 16) & 127)}.${(number >> 8) & 255}.${number & 255}`;
}
