import type { KubeObject } from '@keelson/domain';
import type { BatchTarget, ChildPatch, DriverStep, WorkloadView } from '../types';
import { recordAt } from '../json';
import { marked } from '../marks';
import { ownedBy } from '../owned';
import { allowedOf, isObserved } from '../sizes';
import { wholeStep } from '../whole';
import { whyNotReady } from '../why-not-ready';
import type { Fields } from './fields';
import { holdWithPlan, isUnderWay, REVISION_LABEL } from './marks';
import { maxUnavailableOf } from './max-unavailable';
import { needsNewPods, nothingToUpgrade, type NotInPlace } from './not-in-place';
import { isActive } from './pod-state';
import { awaitsScaling, progressOf } from './progress';
import { templateOf, type Template } from './template';
import { fixedDifference, neverInPlace, sameTemplate, templateChanges, upgradeOf } from './upgrade';
import { candidatesOf, podPatches, type PodUpgrade } from './upgrade-pods';

/** What sets StatefulSets and DaemonSets apart: both keep their templates in ControllerRevisions. */
export interface RevisionedKind {
  /** An update strategy by which no pod is replaced, whatever the template says. */
  readonly hold: Fields;
  isHeld(live: KubeObject): boolean;
  /** The one that the controller goes by, of the revisions of the live template. */
  currentRevision(live: KubeObject, revisions: readonly KubeObject[]): KubeObject | undefined;
  /** The value of a pod's label that means a revision. */
  labelOf(revision: KubeObject): string | undefined;
  desired(planned: KubeObject, live: KubeObject): number;
  /** The pods that the user lets an update reach, in the order in which they are upgraded. */
  upgradable(planned: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[];
  /** How many of the desired pods those are. */
  upgradableCount(planned: KubeObject, desired: number): number;
  isStrayed(pod: KubeObject, live: KubeObject): boolean;
  /** The controller's status says that it has nothing to replace: then it may have its strategy back. */
  hasAgreed(planned: KubeObject, live: KubeObject): boolean;
}

/**
 * The new template under an update strategy that replaces nothing → the controller makes a revision of it → pods, as
 * many as the batch says, each with its images and the label of that revision in one patch → the plan.
 */
export const upgradeRevisioned =
  (kind: RevisionedKind) =>
  (planned: KubeObject, target: BatchTarget, { live, children }: WorkloadView): DriverStep | NotInPlace => {
    if (!live) return nothingToUpgrade('it does not exist yet');
    const place = neverInPlace(planned, live);
    if (place) return needsNewPods(`${place} differs`);
    const pods = ownedBy(live, 'Pod', children).filter(isActive);
    const revisions = ownedBy(live, 'ControllerRevision', children);
    return stepOf(kind, { planned, target, live, pods, revisions });
  };

interface Situation {
  readonly planned: KubeObject;
  readonly target: BatchTarget;
  readonly live: KubeObject;
  readonly pods: readonly KubeObject[];
  readonly revisions: readonly KubeObject[];
}

const stepOf = (kind: RevisionedKind, situation: Situation): DriverStep | NotInPlace => {
  const { planned, target, live, pods, revisions } = situation;
  const upgrade = upgradeOf(planned, live);
  const isTemplateDone = !templateChanges(upgrade, templateOf(live));
  const label = isTemplateDone ? currentLabel(kind, live, revisions) : undefined;
  const upgradable = kind.upgradable(planned, pods);
  const left = upgradable.filter((pod) => labelOf(pod) !== label);
  if (isTemplateDone && !isUnderWay(live) && (label === undefined || left.length > 0)) {
    return nothingToUpgrade('its pods are of several revisions: a rolling update is under way');
  }

  const bases = new Map(revisions.map((each) => [kind.labelOf(each), revisionTemplate(each)]));
  const to: PodUpgrade = {
    pods: upgradable,
    upgrade,
    bases: (pod) => [bases.get(labelOf(pod)) ?? {}, templateOf(live)],
    // While there is no revision, no pod is of it.
    revision: label ?? '',
    isStrayed: (pod) => kind.isStrayed(pod, live),
  };
  const desired = kind.desired(planned, live);
  const most = kind.upgradableCount(planned, desired);
  const everything = target.share === '100%';
  const limit = Math.min(allowedOf(target, desired), most);
  const candidates = candidatesOf(to);
  const step = (
    object: KubeObject,
    awaited: string | undefined,
    patches: readonly ChildPatch[] = [],
  ): DriverStep => ({ object, patches, progress: progressOf({ candidates, desired, limit, awaited }) });
  const patches = (): readonly ChildPatch[] =>
    podPatches(to, candidates, {
      limit: everything ? upgradable.length : limit,
      desired: most,
      maxUnavailable: maxUnavailableOf(planned, desired),
    });

  if (isTemplateDone && !isUnderWay(live)) {
    return wholeStep(marked(planned), live, undefined, whyNotReady(pods));
  }
  const hold = holdWithPlan(planned, live, { updateStrategy: kind.hold });
  if (label === undefined || !isUnderWay(live) || !kind.isHeld(live)) {
    return step(hold, 'its controller has to make a revision of the new template');
  }
  for (const old of new Set(left.map(labelOf))) {
    const base = bases.get(old);
    if (!base) return step(hold, `revision ${old} of its pods has to be seen`);
    const difference = fixedDifference(base, templateOf(live));
    if (difference) return needsNewPods(`pods of revision ${old} have another ${difference}`);
  }
  const scaling = awaitsScaling(live, desired);
  if (!everything) return step(hold, scaling, patches());
  if (upgradable.length < most || candidates.some(({ updated, available }) => !updated || !available)) {
    return step(hold, scaling ?? 'every pod has to be upgraded', patches());
  }
  if (!kind.hasAgreed(planned, live)) return step(hold, 'its controller has to count the pods as updated');
  return step(marked(planned), 'its update strategy comes back');
};

/** The label of pods that are of the live template; undefined until the controller's revision of it is seen. */
const currentLabel = (
  kind: RevisionedKind,
  live: KubeObject,
  revisions: readonly KubeObject[],
): string | undefined => {
  if (!isObserved(live)) return undefined;
  const same = revisions.filter((each) => sameTemplate(revisionTemplate(each), templateOf(live)));
  const current = kind.currentRevision(live, same);
  return current && kind.labelOf(current);
};

const revisionTemplate = (revision: KubeObject): Template => recordAt(revision, 'data', 'spec', 'template');

const labelOf = (pod: KubeObject): string => pod.metadata.labels?.[REVISION_LABEL] ?? '';
