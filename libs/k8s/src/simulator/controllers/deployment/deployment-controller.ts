import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { rfc3339 } from '../../clock';
import { objectAt } from '../../json';
import { controllerOf } from '../../store/owner-index';
import { type StoreChange } from '../../store/change';
import { conditionOf, conditionsOf } from '../conditions';
import { type Controller, type ControllerContext, keyOf, siblingKey } from '../context';
import { isFinished } from '../pods';
import { type WorkQueue } from '../work-queue';
import { newReplicas, scaleDownOld, scaleProportionally } from './arithmetic';
import { Family } from './family';
import {
  DESIRED,
  annotationsOf,
  fenceFor,
  isActiveSet,
  replicasOf,
  sizeOf,
  statusCount,
  strategyOf,
} from './replica-sets';
import { type StatusInput, countsOf, deadlineIn, isComplete, statusOf } from './status';

const DEPLOYMENT = builtin('apps', 'Deployment');
const REPLICA_SET = builtin('apps', 'ReplicaSet');
const POD = builtin('', 'Pod');

/** Rolls, scales and reports Deployments, step by step as its model: k8s.io/kubernetes/pkg/controller/deployment. */
export class DeploymentController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const deployment = context.get(DEPLOYMENT, key);
      return deployment && this.reconcile(deployment);
    });
  }

  observe({ kind, type, object }: StoreChange): void {
    if (type === DEPLOYMENT) this.queue.add(keyOf(object));
    else if (type === REPLICA_SET) {
      const owner = controllerOf(object);
      if (owner?.kind === 'Deployment') this.queue.add(siblingKey(object, owner.name));
    } else if (type === POD && kind === 'DELETED') this.wakeRecreating(object);
  }

  /** Recreate waits for the last old pod to be gone, which no ReplicaSet's status tells. */
  private wakeRecreating(pod: KubeObject): void {
    const owner = controllerOf(pod);
    const replicaSet = owner && this.context.get(REPLICA_SET, siblingKey(pod, owner.name));
    const grandparent = replicaSet && controllerOf(replicaSet);
    if (grandparent?.kind === 'Deployment') this.queue.add(siblingKey(pod, grandparent.name));
  }

  private reconcile(deployment: KubeObject): number | undefined {
    const family = Family.of(this.context, deployment);
    if (deployment.metadata.deletionTimestamp) return this.report(family);
    if (objectAt(deployment, 'spec').paused === true || this.isScaling(family)) return this.scaleOnly(family);
    return strategyOf(deployment) === 'Recreate' ? this.recreate(family) : this.roll(family);
  }

  /** The wanted count changed since some ReplicaSet was last scaled. */
  private isScaling({ deployment, all }: Family): boolean {
    return all
      .filter(isActiveSet)
      .some((set) => Number(annotationsOf(set)[DESIRED] ?? 0) !== replicasOf(deployment));
  }

  private scaleOnly(family: Family): number | undefined {
    family.adopt();
    const { deployment, current, old, all } = family;
    const wanted = replicasOf(deployment);
    const active = all.filter(isActiveSet);
    if (active.length <= 1) {
      const only = active[0] ?? current ?? old.at(-1);
      if (only) family.scale(only, wanted);
    } else if (current && isSaturated(current, wanted)) {
      for (const set of old.filter(isActiveSet)) family.scale(set, 0);
    } else if (strategyOf(deployment) === 'RollingUpdate') {
      const fallback = statusCount(deployment, 'replicas');
      const targets = scaleProportionally(fenceFor(deployment), active.map(sizeOf), fallback);
      for (const set of active) family.scale(set, targets.get(set.metadata.name) ?? 0);
    }
    return this.report(family);
  }

  private roll(family: Family): number | undefined {
    const current = family.ensureCurrent();
    if (!current) return this.report(family);
    const fence = fenceFor(family.deployment);
    const wanted =
      replicasOf(current) > fence.replicas
        ? fence.replicas
        : newReplicas(fence, replicasOf(current), family.all.map(sizeOf));
    if (wanted !== replicasOf(current)) {
      family.scale(current, wanted);
      return this.report(family);
    }

    const old = family.old.filter(isActiveSet);
    const targets = scaleDownOld(fence, old.map(sizeOf), sizeOf(current));
    const scaled = old.filter((set) => replicasOf(set) !== targets.get(set.metadata.name));
    for (const set of scaled) family.scale(set, targets.get(set.metadata.name) ?? 0);
    if (scaled.length === 0) this.cleanUp(family);
    return this.report(family);
  }

  private recreate(family: Family): number | undefined {
    family.adopt();
    const active = family.old.filter(isActiveSet);
    if (active.length > 0) {
      for (const set of active) family.scale(set, 0);
      return this.report(family);
    }
    if (family.old.some((set) => this.hasPods(set))) return this.report(family);
    const current = family.ensureCurrent();
    if (!current) return this.report(family);
    family.scale(current, replicasOf(family.deployment));
    this.cleanUp(family);
    return this.report(family);
  }

  private hasPods({ metadata }: KubeObject): boolean {
    return this.context.state.store.owners
      .of(metadata.uid ?? '')
      .some(({ type, object }) => type === POD && !isFinished(object));
  }

  private cleanUp(family: Family): void {
    const counts = countsOf(family.deployment, family.all, family.current);
    if (isComplete(family.deployment, counts)) family.forgetOldest();
  }

  private report(family: Family): number | undefined {
    const { deployment, current, all, event } = family;
    const now = this.context.now();
    const input: StatusInput = {
      deployment,
      counts: countsOf(deployment, all, current),
      current: current?.metadata.name,
      event,
      now,
      time: rfc3339(now),
    };
    const status = statusOf(input);
    if (status) this.context.updateStatus(DEPLOYMENT, deployment, status);
    const progressing = conditionOf(conditionsOf(status ?? deployment.status), 'Progressing');
    const wait = deadlineIn(deployment, progressing, now);
    // A passed deadline is reported already; one second more, because the clock of conditions has whole seconds.
    return wait === undefined || wait === 0 ? undefined : wait + 1000;
  }
}

const isSaturated = (current: KubeObject, wanted: number): boolean =>
  replicasOf(current) === wanted &&
  Number(annotationsOf(current)[DESIRED] ?? 0) === wanted &&
  statusCount(current, 'availableReplicas') === wanted;
