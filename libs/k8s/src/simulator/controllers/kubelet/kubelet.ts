import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { rfc3339 } from '../../clock';
import { objectAt, textAt } from '../../json';
import { type StoreChange } from '../../store/change';
import { type Condition, conditionsOf, withCondition } from '../conditions';
import { type Controller, type ControllerContext } from '../context';
import { type Heartbeats } from '../nodes/heartbeats';
import { podsOn } from '../owned-pods';
import { isFinished } from '../pods';
import {
  type ContainerStatus,
  completed,
  containerStatusesOf,
  containersWithStatus,
  creating,
  isWaiting,
  replaced,
  running,
  unpullable,
} from './container-status';
import { type Step, nextStep } from './next-step';
import { nodeObject, wellConditions } from './node-object';
import { podStatus } from './pod-status';

const POD = builtin('', 'Pod');
const NODE = builtin('', 'Node');

/** Images that no registry has: those of this word, and those that the cluster was told to refuse. */
const MISSING = 'missing';

/**
 * The kubelets of all nodes in one: each takes the pods of its node through their lives, as long as it is at
 * work. Starts and stops containers after the configured times and restarts one in place when its image changes.
 */
export class Kubelet implements Controller {
  private readonly refused = new Set<string>();
  /** Steps that were begun and take their time, by pod. */
  private readonly underWay = new Set<string>();
  private readonly delays: Readonly<Partial<Record<Step, number>>>;

  constructor(
    private readonly context: ControllerContext,
    private readonly heartbeats: Heartbeats,
    private readonly onSilence: (node: string) => void,
  ) {
    const { podStartMs, podStopMs, jobRunMs } = context.timings;
    this.delays = { start: podStartMs, stop: podStopMs, finish: jobRunMs };
  }

  observe({ kind, type, object }: StoreChange): void {
    if (type === POD && kind !== 'DELETED' && this.isMine(object)) this.consider(object);
  }

  /** Starts the kubelet of a node, and registers the Node where there is none; does what it missed. */
  start(name: string): void {
    const { context } = this;
    const time = rfc3339(context.now());
    const node = context.state.store.get(NODE, undefined, name);
    this.heartbeats.start(name);
    if (node) {
      const before = conditionsOf(node.status);
      const conditions = wellConditions(time).reduce((list, each) => withHeartbeat(list, each, time), before);
      context.updateStatus(NODE, node, { ...objectAt(node, 'status'), conditions });
    } else context.state.store.put(NODE, nodeObject(name, context.state.ids.uid(), time));
    for (const pod of podsOn(context, name)) this.consider(pod);
  }

  /** From now on nothing happens to the pods of the node, and nothing is heard of it. */
  stop(name: string): void {
    this.heartbeats.stop(name, this.context.now());
    this.onSilence(name);
  }

  /**
   * What the kubelet of a node reports of it.
   * @throws when there is no such node or its kubelet is stopped
   */
  report(name: string, condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>): void {
    const node = this.context.state.store.get(NODE, undefined, name);
    if (!node || !this.heartbeats.isBeating(name)) throw new Error(`no kubelet is at work on node ${name}`);
    const conditions = withHeartbeat(conditionsOf(node.status), condition, rfc3339(this.context.now()));
    this.context.updateStatus(NODE, node, { ...objectAt(node, 'status'), conditions });
  }

  /** From now on the image cannot be pulled, or can again. */
  setRefused(image: string, refused: boolean): void {
    if (refused) this.refused.add(image);
    else this.refused.delete(image);
    for (const pod of this.context.state.store.list(POD)) {
      if (this.isMine(pod) && isWaiting(pod)) this.take('start', pod, 0);
    }
  }

  private isMine(pod: KubeObject): boolean {
    return this.heartbeats.isBeating(nodeOf(pod));
  }

  private consider(pod: KubeObject): void {
    const step = nextStep(pod);
    if (step !== undefined) this.take(step, pod);
  }

  /** Takes a step in its time, with the pod as it is then, unless its name or its node is another's by then. */
  private take(step: Step, { metadata }: KubeObject, delayMs = this.delays[step] ?? 0): void {
    const id = `${metadata.uid ?? ''} ${step} ${delayMs}`;
    if (this.underWay.has(id)) return;
    this.underWay.add(id);
    this.context.scheduler.after(delayMs, () => {
      this.underWay.delete(id);
      const pod = this.context.state.store.get(POD, metadata.namespace, metadata.name);
      if (!pod || pod.metadata.uid !== metadata.uid || !this.isMine(pod)) return;
      if (step === 'stop') this.context.delete(POD, pod, { gracePeriodSeconds: 0 });
      else if (!pod.metadata.deletionTimestamp && !isFinished(pod)) {
        this.context.updateStatus(POD, pod, this.after(step, pod, rfc3339(this.context.now())));
      }
    });
  }

  /** The pod's status when the step is done. */
  private after(step: Exclude<Step, 'stop'>, pod: KubeObject, time: string): object {
    const statuses = containerStatusesOf(pod);
    switch (step) {
      case 'admit': {
        const containers = containersWithStatus(pod).map(({ container }) => creating(container));
        return { ...podStatus(pod, containers, time), qosClass: 'BestEffort', startTime: time };
      }
      case 'replace':
        return podStatus(
          pod,
          containersWithStatus(pod).map(({ container, status }) => {
            if (!status) return creating(container);
            return status.image === container.image ? status : replaced(container, status, time);
          }),
          time,
        );
      case 'start': {
        const ip = addressOf(pod);
        return { ...podStatus(pod, this.started(statuses, time), time), podIP: ip, podIPs: [{ ip }] };
      }
      case 'finish':
        return podStatus(
          pod,
          statuses.map((status) => completed(status, time)),
          time,
        );
      case 'report':
        return podStatus(pod, statuses, time);
    }
  }

  /** Every container that waits and whose image is there runs. */
  private started(statuses: readonly ContainerStatus[], time: string): readonly ContainerStatus[] {
    return statuses.map((status) => {
      if (!status.state.waiting) return status;
      const canPull = !status.image.includes(MISSING) && !this.refused.has(status.image);
      return canPull ? running(status, this.context.state.ids.uid(), time) : unpullable(status);
    });
  }
}

const nodeOf = (pod: KubeObject): string => textAt(pod.spec, 'nodeName') ?? '';

/** A condition as of now; its transition time moves only with its status. */
function withHeartbeat(
  conditions: readonly Condition[],
  wanted: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  time: string,
): readonly Condition[] {
  return withCondition(conditions, wanted, time).map((condition) =>
    condition.type === wanted.type ? { ...condition, lastHeartbeatTime: time } : condition,
  );
}

/** Inside 10.128.0.0/9, from the uid. */
function addressOf({ metadata }: KubeObject): string {
  const number = parseInt((metadata.uid ?? '').slice(0, 6), 16) || 0;
  return `10.${128 + ((number >> 16) & 127)}.${(number >> 8) & 255}.${number & 255}`;
}
