import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { rfc3339 } from '../clock';
import { isObject, listAt, objectAt } from '../json';
import { type StoreChange } from '../store/change';
import { conditionOf, conditionsOf } from './conditions';
import { type Controller, type ControllerContext, keyOf } from './context';
import { containersOf, imagesOf, isFinished } from './pods';
import { type Key } from './work-queue';

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
    else if (object.metadata.deletionTimestamp && !previous?.metadata.deletionTimestamp) {
      this.soon(podStopMs, key, object, (pod) => this.stop(pod));
    } else if (previous && imagesOf(previous).join() !== imagesOf(object).join()) {
      this.soon(0, key, object, (pod) => this.restart(pod));
    }
  }

  /** From now on the image cannot be pulled, or can again. */
  setRefused(image: string, refused: boolean): void {
    if (refused) this.refused.add(image);
    else this.refused.delete(image);
    for (const pod of this.context.state.store.list(POD)) {
      if (objectAt(pod, 'status').phase === 'Pending' && objectAt(pod, 'spec').nodeName) {
        this.soon(0, keyOf(pod), pod, (live) => this.start(live));
      }
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
    if (pod.metadata.deletionTimestamp || objectAt(pod, 'spec').nodeName) return this.begin(pod);
    const nodes = context.state.store.list(NODE).filter(isSchedulable);
    const node = nodes[this.turn++ % Math.max(nodes.length, 1)];
    const time = rfc3339(context.now());
    if (!node) return;
    const status = {
      ...objectAt(pod, 'status'),
      phase: 'Pending',
      qosClass: 'BestEffort',
      startTime: time,
      conditions: conditions(time, false, pod),
      containerStatuses: this.containerStatuses(pod, 'ContainerCreating'),
    };
    const spec = { ...objectAt(pod, 'spec'), nodeName: node.metadata.name };
    this.begin(context.update(POD, pod, { ...pod, spec, status }, 'status'));
  }

  private begin(pod: KubeObject): void {
    this.soon(this.context.timings.podStartMs, keyOf(pod), pod, (live) => this.start(live));
  }

  private start(pod: KubeObject): void {
    if (pod.metadata.deletionTimestamp || isFinished(pod)) return;
    const time = rfc3339(this.context.now());
    const isPulled = imagesOf(pod).every((image) => this.canPull(image));
    const conditionList = conditions(time, isPulled, pod);
    const status = {
      ...objectAt(pod, 'status'),
      phase: isPulled ? 'Running' : 'Pending',
      podIP: addressOf(pod),
      podIPs: [{ ip: addressOf(pod) }],
      conditions: conditionList,
      containerStatuses: this.containerStatuses(pod, undefined),
    };
    const started = this.context.updateStatus(POD, pod, status);
    if (isPulled && objectAt(pod, 'spec').restartPolicy !== 'Always') {
      this.soon(this.context.timings.jobRunMs, keyOf(started), started, (live) => this.finish(live));
    }
  }

  /** A changed image: that container stops and starts again, its neighbours run on. */
  private restart(pod: KubeObject): void {
    if (pod.metadata.deletionTimestamp || isFinished(pod) || !objectAt(pod, 'spec').nodeName) return;
    const time = rfc3339(this.context.now());
    this.context.updateStatus(POD, pod, {
      ...objectAt(pod, 'status'),
      conditions: conditions(time, false, pod),
      containerStatuses: this.containerStatuses(pod, 'ContainerCreating'),
    });
    this.begin(pod);
  }

  private finish(pod: KubeObject): void {
    if (pod.metadata.deletionTimestamp || isFinished(pod)) return;
    const status = objectAt(pod, 'status');
    const done = {
      terminated: { exitCode: 0, reason: 'Completed', finishedAt: rfc3339(this.context.now()) },
    };
    this.context.updateStatus(POD, pod, {
      ...status,
      phase: 'Succeeded',
      conditions: conditions(rfc3339(this.context.now()), false, pod),
      containerStatuses: listAt(status, 'containerStatuses')
        .filter(isObject)
        .map((container) => ({ ...container, ready: false, started: false, state: done })),
    });
  }

  private stop(pod: KubeObject): void {
    this.context.delete(POD, pod, { gracePeriodSeconds: 0 });
  }

  /** @param waiting the reason why containers whose image is new do not run yet; undefined: they start */
  private containerStatuses(pod: KubeObject, waiting: string | undefined): object[] {
    const known = listAt(pod.status, 'containerStatuses').filter(isObject);
    const startedAt = rfc3339(this.context.now());
    return containersOf(pod.spec).map(({ name, image }) => {
      const before = known.find((status) => status.name === name);
      if (before?.ready === true && before.image === image) return before;
      const restarts = typeof before?.restartCount === 'number' ? before.restartCount : 0;
      // `lastState` marks a container that ran before: its next start is a restart.
      const ranBefore = before?.started === true || before?.lastState !== undefined;
      const base = { name, image, imageID: '', ready: false, started: false, restartCount: restarts };
      const lastState = ranBefore ? { lastState: { terminated: { exitCode: 0, reason: 'Completed' } } } : {};
      if (waiting) return { ...base, ...lastState, state: { waiting: { reason: waiting } } };
      if (!this.canPull(image)) {
        const message = `Back-off pulling image "${image}"`;
        return { ...base, ...lastState, state: { waiting: { reason: 'ImagePullBackOff', message } } };
      }
      const restartCount = ranBefore ? restarts + 1 : restarts;
      const imageID = `simulated://${image}`;
      return {
        ...base,
        imageID,
        ready: true,
        started: true,
        restartCount,
        state: { running: { startedAt } },
      };
    });
  }
}

const isSchedulable = (node: KubeObject): boolean =>
  objectAt(node, 'spec').unschedulable !== true &&
  conditionOf(conditionsOf(node.status), 'Ready')?.status === 'True';

function conditions(time: string, isReady: boolean, pod: KubeObject): object[] {
  const before = conditionsOf(pod.status);
  const set = (type: string, value: boolean) => {
    const status = value ? 'True' : 'False';
    const current = conditionOf(before, type);
    if (current?.status === status) return current;
    const why = value ? {} : { reason: 'ContainersNotReady', message: 'containers with unready status' };
    return { type, status, lastProbeTime: null, lastTransitionTime: time, ...why };
  };
  return [
    set('Initialized', true),
    set('Ready', isReady),
    set('ContainersReady', isReady),
    set('PodScheduled', true),
  ];
}

/** Inside 10.128.0.0/9, from the uid. */
function addressOf({ metadata }: KubeObject): string {
  const number = parseInt((metadata.uid ?? '').slice(0, 6), 16) || 0;
  return `10.${128 + ((number >> 16) & 127)}.${(number >> 8) & 255}.${number & 255}`;
}
