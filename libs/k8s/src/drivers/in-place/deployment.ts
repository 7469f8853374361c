import type { KubeObject } from '@keelson/domain';
import type { BatchTarget, ChildPatch, DriverStep, WorkloadView } from '../types';
import { familyOf, isPaused, type Family } from './deployment-family';
import { countAt } from '../json';
import { allowedOf, desiredOf, isObserved } from '../sizes';
import { marked } from '../marks';
import { ownedBy } from '../owned';
import { wholeStep } from '../whole';
import { whyNotReady } from '../why-not-ready';
import { holdWithLive, holdWithPlan, isUnderWay, RETIRED_ANNOTATION, TEMPLATE_HASH_LABEL } from './marks';
import { maxUnavailableOf } from './max-unavailable';
import { isNotInPlace, needsNewPods, nothingToUpgrade, type NotInPlace } from './not-in-place';
import { awaitsScaling, progressOf } from './progress';
import { imagesOf, templateOf, type Template } from './template';
import {
  fixedDifference,
  neverInPlace,
  templateChanges,
  upgradeOf,
  withLiveTemplate,
  type Upgrade,
} from './upgrade';
import { candidatesOf, childPatch, podPatches, type PodUpgrade } from './upgrade-pods';

/**
 * Paused → pods, as many as the batch says → in the last batch, before its pods, the template of their ReplicaSet →
 * the Deployment's own template, still paused → the plan. The controller finds a ReplicaSet whose template equals the
 * Deployment's and rolls nothing; that it has found it is read from `updatedReplicas` before the pause ends.
 *
 * The ReplicaSet takes the new images in the last batch and not in the first: pods that are lost, evicted or scaled up
 * while a batch is held come with the ReplicaSet's images, and 10 → 20 pods held at 2 new ones would have been 12.
 */
export const upgradeDeployment = (
  planned: KubeObject,
  target: BatchTarget,
  { live, children }: WorkloadView,
): DriverStep | NotInPlace => {
  if (!live) return nothingToUpgrade('it does not exist yet');
  const place = neverInPlace(planned, live);
  if (place) return needsNewPods(`${place} differs`);
  const upgrade = upgradeOf(planned, live);
  if (ownedBy(live, 'ReplicaSet', children).length === 0 && countAt(live, 'status', 'replicas') > 0) {
    return unseen(planned, live, upgrade);
  }
  const family = familyOf(live, children, upgrade);
  return isNotInPlace(family) ? family : stepOf(planned, target, family, upgrade);
};

/** Its controller tells of pods of which nothing has come to us: until it has, nobody knows what is to be kept. */
const unseen = (planned: KubeObject, live: KubeObject, upgrade: Upgrade): DriverStep | NotInPlace => {
  const why = 'its pods cannot be seen yet';
  if (!templateChanges(upgrade, templateOf(live)) && !isUnderWay(live)) return nothingToUpgrade(why);
  const progress = { reached: false, desired: desiredOf(planned, live), updated: 0, ready: 0, message: why };
  return { object: holdOf(planned, live, upgrade), patches: [], progress };
};

const holdOf = (planned: KubeObject, live: KubeObject, upgrade: Upgrade): KubeObject =>
  templateChanges(upgrade, templateOf(live))
    ? holdWithLive(withLiveTemplate(planned, live), live, PAUSED)
    : holdWithPlan(planned, live, PAUSED);

const stepOf = (planned: KubeObject, target: BatchTarget, family: Family, upgrade: Upgrade): DriverStep => {
  const { live, current, pods } = family;
  const desired = desiredOf(planned, live);
  const everything = target.share === '100%';
  const to: PodUpgrade = {
    pods,
    upgrade,
    bases: () => [templateOf(current), templateOf(live)],
    isStrayed: (pod) => hasOtherImages(pod, templateOf(current)),
  };
  const candidates = candidatesOf(to);
  const limit = allowedOf(target, desired);
  const step = (
    object: KubeObject,
    awaited: string | undefined,
    patches: readonly ChildPatch[] = [],
  ): DriverStep => ({
    object,
    patches,
    progress: progressOf({ candidates, desired, limit, awaited }),
  });
  const patches = (): readonly ChildPatch[] =>
    podPatches(to, candidates, {
      limit: everything ? pods.length : limit,
      desired,
      maxUnavailable: maxUnavailableOf(planned, desired),
    });

  const isTemplateDone = !templateChanges(upgrade, templateOf(live));
  const isSetDone = !templateChanges(upgrade, templateOf(current), TEMPLATE_HASH_LABEL);
  if (isTemplateDone && isSetDone && !isUnderWay(live)) {
    return wholeStep(marked(planned), live, undefined, whyNotReady(pods));
  }
  const hold = holdOf(planned, live, upgrade);
  if (!isPaused(live) || !isUnderWay(live) || !isObserved(live))
    return step(hold, 'it has to be paused first');
  const scaling = awaitsScaling(live, desired);
  if (!everything) return step(hold, scaling, patches());
  const setPatches = patchesOfSets(upgrade, family);
  if (setPatches.length > 0) return step(hold, 'its ReplicaSet takes the new images', setPatches);
  if (pods.length !== desired || candidates.some(({ updated, available }) => !updated || !available)) {
    return step(hold, scaling ?? 'every pod has to be upgraded', patches());
  }
  if (!isTemplateDone || !isFound(live)) {
    return step(holdWithPlan(planned, live, PAUSED), 'its own template takes the new images');
  }
  return step(marked(planned), 'its pause ends');
};

const PAUSED = { paused: true };

/** The controller counts every pod as one of the present template, so it has a ReplicaSet for it. */
const isFound = (live: KubeObject): boolean =>
  isObserved(live) && countAt(live, 'status', 'updatedReplicas') === countAt(live, 'status', 'replicas');

/** The ReplicaSet's template, and those of idle ones that would be its equals. */
const patchesOfSets = (upgrade: Upgrade, { current, idle }: Family): readonly ChildPatch[] => {
  const changes = templateChanges(upgrade, templateOf(current), TEMPLATE_HASH_LABEL);
  const equals = idle.filter(
    (set) =>
      !fixedDifference(templateOf(set), templateOf(current)) &&
      !templateChanges(upgrade, templateOf(set), TEMPLATE_HASH_LABEL),
  );
  return [
    ...(changes ? [childPatch(current, { spec: { template: changes } })] : []),
    ...equals.map((set) =>
      childPatch(set, {
        spec: { template: { metadata: { annotations: { [RETIRED_ANNOTATION]: current.metadata.name } } } },
      }),
    ),
  ];
};

const hasOtherImages = (pod: KubeObject, template: Template): boolean => {
  const images = imagesOf(pod);
  return [...imagesOf(template)].some(([name, image]) => images.get(name) !== image);
};
