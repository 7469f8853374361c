import { groupOf, type KubeObject } from '@keelson/domain';
import { PODS } from '../one-batch';
import type { BatchTarget, ChildKind, DriverStep, WorkloadDriver, WorkloadView } from '../types';
import { upgradeDaemonSet } from './daemon-set';
import { upgradeDeployment } from './deployment';
import { isUnderWay } from './marks';
import { isNotInPlace, type NotInPlace } from './not-in-place';
import { upgradeStatefulSet } from './stateful-set';

/** Upgrades the pods of one kind of workload without replacing them, where the plan and the cluster let it. */
export interface InPlaceDriver {
  readonly children: readonly ChildKind[];
  attempt(planned: KubeObject, target: BatchTarget, view: WorkloadView): DriverStep | NotInPlace;
}

const REPLICA_SETS: ChildKind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };
const REVISIONS: ChildKind = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };

const DRIVERS: Readonly<Record<string, InPlaceDriver>> = {
  'apps/Deployment': { children: [REPLICA_SETS, PODS], attempt: upgradeDeployment },
  'apps/StatefulSet': { children: [REVISIONS, PODS], attempt: upgradeStatefulSet },
  'apps/DaemonSet': { children: [REVISIONS, PODS], attempt: upgradeDaemonSet },
};

/** Undefined for a kind whose pods cannot be upgraded in place with nothing installed in the cluster. */
export const inPlaceDriver = (planned: KubeObject): InPlaceDriver | undefined =>
  DRIVERS[`${groupOf(planned.apiVersion)}/${planned.kind}`];

/**
 * The driver that obeys `update`: in place where it can be, else as `recreate` does it, else (`InPlaceOnly`) refused.
 * Which of the two it is follows from the objects at each step: an upgrade that was begun in place goes on so, whatever
 * the strategy says by now (its pods are not what their ReplicaSet says, and would stay so), and a rolling update that
 * is under way is left to its controller.
 */
export const withInPlace = (recreate: WorkloadDriver, inPlace: InPlaceDriver): WorkloadDriver => ({
  children(update) {
    const kinds = recreate.children(update);
    return [...kinds, ...inPlace.children.filter(({ kind }) => !kinds.some((known) => known.kind === kind))];
  },
  decidesAlone: (planned, target, live) =>
    target.update === 'Recreate' &&
    !isUnderWay(live) &&
    recreate.decidesAlone?.(planned, target, live) === true,
  step(planned, target, view) {
    const isBegun = view.live !== undefined && isUnderWay(view.live);
    if (target.update === 'Recreate' && !isBegun) return recreate.step(planned, target, view);
    const attempt = inPlace.attempt(planned, target, view);
    if (!isNotInPlace(attempt)) return attempt;
    const step = recreate.step(planned, target, view);
    if (target.update !== 'InPlaceOnly' || !attempt.needsNewPods) return step;
    const { desired, updated, ready } = step.progress;
    const refused = `it cannot be upgraded in place: ${attempt.notInPlace}`;
    return {
      // As the cluster has it: whatever else the plan says would come with new pods.
      object: view.live ? { ...planned, spec: view.live['spec'] } : planned,
      patches: [],
      progress: { reached: false, desired, updated, ready, message: refused },
      refused,
    };
  },
});
