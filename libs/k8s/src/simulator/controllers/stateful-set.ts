import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { safeHash } from '../ids';
import { equal, objectAt, textAt } from '../json';
import { controllerOf } from '../store/owner-index';
import { type StoreChange } from '../store/change';
import { type Controller, type ControllerContext, keyOf, siblingKey } from './context';
import { ownedPods } from './owned-pods';
import { isReady } from './pods';
import { podFrom } from './replica-set';
import { type WorkQueue } from './work-queue';

const STATEFUL_SET = builtin('apps', 'StatefulSet');
const POD = builtin('', 'Pod');

export const REVISION_LABEL = 'controller-revision-hash';

/** Ordered pods with stable names; rolls from the highest ordinal down to the partition. */
export class StatefulSetController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const set = context.get(STATEFUL_SET, key);
      if (set) this.reconcile(set);
      return undefined;
    });
  }

  observe({ type, object }: StoreChange): void {
    if (type === STATEFUL_SET) this.queue.add(keyOf(object));
    else if (type === POD) {
      const owner = controllerOf(object);
      if (owner?.kind === 'StatefulSet') this.queue.add(siblingKey(object, owner.name));
    }
  }

  private reconcile(set: KubeObject): void {
    const update = `${set.metadata.name}-${safeHash(objectAt(set, 'spec').template)}`;
    const current = textAt(set.status, 'currentRevision') ?? update;
    if (!set.metadata.deletionTimestamp) this.step(set, current, update);
    this.report(set, current, update);
  }

  /** One move: create the lowest missing pod, remove the highest surplus one, or replace one outdated pod. */
  private step(set: KubeObject, current: string, update: string): void {
    const spec = objectAt(set, 'spec');
    const replicas = Number(spec.replicas ?? 1);
    const isParallel = spec.podManagementPolicy === 'Parallel';
    const strategy = objectAt(spec, 'updateStrategy');
    const partition =
      strategy.type === 'OnDelete' ? replicas : Number(objectAt(strategy, 'rollingUpdate').partition ?? 0);
    const pods = new Map(ownedPods(this.context, set).map((pod) => [pod.metadata.name, pod]));
    const at = (ordinal: number) => pods.get(`${set.metadata.name}-${ordinal}`);

    for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
      const pod = at(ordinal);
      if (!pod) this.createPod(set, ordinal, ordinal >= partition ? update : current);
      if (!isParallel && (!pod || !isReady(pod) || pod.metadata.deletionTimestamp)) {
        // A pod of the old revision that cannot become Ready must not block its own replacement.
        if (pod && !pod.metadata.deletionTimestamp && revisionOf(pod) !== update && ordinal >= partition)
          break;
        return;
      }
    }
    const surplus = [...pods.values()].filter((pod) => ordinalOf(pod) >= replicas);
    const [highest] = surplus.sort((a, b) => ordinalOf(b) - ordinalOf(a));
    if (highest) {
      if (!highest.metadata.deletionTimestamp) this.context.delete(POD, highest);
      return;
    }
    for (let ordinal = replicas - 1; ordinal >= partition; ordinal -= 1) {
      const pod = at(ordinal);
      if (!pod || pod.metadata.deletionTimestamp) return;
      if (revisionOf(pod) !== update) return this.context.delete(POD, pod);
      if (!isReady(pod)) return;
    }
  }

  private createPod(set: KubeObject, ordinal: number, revision: string): void {
    const name = `${set.metadata.name}-${ordinal}`;
    const pod = podFrom(set, objectAt(set, 'spec').template, this.context);
    const { generateName: _generated, ...metadata } = pod.metadata;
    const labels = {
      ...metadata.labels,
      [REVISION_LABEL]: revision,
      'statefulset.kubernetes.io/pod-name': name,
    };
    this.context.create(POD, { ...pod, metadata: { ...metadata, name, labels } });
  }

  private report(set: KubeObject, current: string, update: string): void {
    const pods = ownedPods(this.context, set);
    const alive = pods.filter((pod) => !pod.metadata.deletionTimestamp);
    const ready = alive.filter(isReady).length;
    const ofRevision = (revision: string) => alive.filter((pod) => revisionOf(pod) === revision).length;
    const replicas = Number(objectAt(set, 'spec').replicas ?? 1);
    const isDone = ofRevision(update) === replicas && ready === replicas && pods.length === replicas;
    const status = {
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      availableReplicas: ready,
      ...(ofRevision(isDone ? update : current) > 0
        ? { currentReplicas: ofRevision(isDone ? update : current) }
        : {}),
      ...(ofRevision(update) > 0 ? { updatedReplicas: ofRevision(update) } : {}),
      currentRevision: isDone ? update : current,
      updateRevision: update,
      collisionCount: 0,
    };
    if (!equal(set.status, status)) this.context.updateStatus(STATEFUL_SET, set, status);
  }
}

const revisionOf = (pod: KubeObject): string | undefined => pod.metadata.labels?.[REVISION_LABEL];

const ordinalOf = ({ metadata }: KubeObject): number =>
  Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));
