import type { KubeObject } from '@keelson/domain';
import { countAt, numberAt, recordAt, valueAt } from '../json';
import { heldFrom, HOLD, isHeld, marked, standIn, templateHash, templateOf } from '../marks';
import { PODS } from '../one-batch';
import { ownedBy } from '../owned';
import { allowedOf, desiredOf, isObserved, isScaled, resolveIntOrPercent } from '../sizes';
import type { BatchProgress, ChildKind, DriverStep, WorkloadDriver, WorkloadView } from '../types';
import { wholeStep } from '../whole';
import { whyNotMade, whyNotReady } from '../why-not-ready';
import { elastic, holdNumbers, type HoldInput, type RollingNumbers } from './hold-numbers';
import { familyOf, type Family } from './replica-sets';
import { isRecreate, userLimits, userSurge } from './user-strategy';

const REPLICA_SETS: ChildKind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };

/**
 * Holds a plain Deployment at exactly as many new pods as the batch allows, with nothing installed in the cluster: a
 * rolling update whose new pods never become available stops where its numbers say. (Pausing it at the right moment
 * was rejected: whoever pauses late has more new pods than he wanted.)
 */
export const deploymentDriver: WorkloadDriver = {
  children: () => [REPLICA_SETS, PODS],
  decidesAlone: (planned, { share }, live) => isRecreate(planned) || (share === '100%' && !isHeld(live)),

  step(planned, target, view) {
    const plan = marked(planned);
    const { live, children } = view;
    if (!live) return wholeStep(plan, live);
    if (isRecreate(planned)) {
      return wholeStep(plan, live, target.share === '100%' ? undefined : 'strategy Recreate is one batch');
    }
    const template = templateHash(planned);
    const desired = desiredOf(planned, live);
    const allowed = allowedOf(target, desired);
    const family = familyOf(live, template, children);
    const reason = whyPodsAreMissing(live, family, view);
    const runs = templateOf(live) === template && !isHeld(live);
    if (isHeld(live) && heldFrom(live) === template && isOnTheWayBack(live, template, family, desired)) {
      const limits = userLimits(planned, desired);
      if (limits.maxSurge > 0) return wayBack(plan, live, family, desired, reason);
    }
    if (runs || allowed >= desired || heldFrom(live) === template)
      return wholeStep(plan, live, paused(plan), reason);

    const numbers = numbersOf(planned, live, family, { desired, allowed });
    const progress = progressOf(plan, live, family, { desired, allowed }, reason);
    const object = isHeldThrough(family)
      ? held(plan, live, numbers)
      : standIn(plan, live, { ...HOLD, paused: true });
    return { object, patches: [], progress };
  },
};

/**
 * Whether no pod of the template counts as available: only then do the numbers hold. Where its ReplicaSet has pods from
 * before, the controller would go by their old count in the very look in which it takes over the numbers, and remove as
 * many others (seen: 2 of 4 Ready). So it is paused until its ReplicaSet has followed.
 */
const isHeldThrough = ({ current }: Family): boolean => countAt(current, 'status', 'availableReplicas') === 0;

interface Sizes {
  readonly desired: number;
  readonly allowed: number;
}

/** Surge and unavailability may not both be 0, so that no new pod at all is a pause before the first. */
const held = (
  plan: KubeObject,
  live: KubeObject,
  { maxSurge, maxUnavailable }: RollingNumbers,
): KubeObject =>
  maxSurge === 0 && maxUnavailable === 0
    ? standIn(plan, live, { paused: true })
    : standIn(plan, live, {
        ...HOLD,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      });

/**
 * The numbers to hold it at. Whatever has been reached was reached of another count when the plan changes the count:
 * the controller keeps the proportions, so these do too, rounded down, since each pod too many is one of capacity.
 */
const numbersOf = (planned: KubeObject, live: KubeObject, family: Family, sizes: Sizes): RollingNumbers => {
  if (sizes.allowed === 0) return { maxSurge: 0, maxUnavailable: 0 };
  const { desired } = sizes;
  const replicas = countAt(live, 'spec', 'replicas');
  const inForce = numbersInForce(planned, live);
  // An autoscaler was here, and the ReplicaSets are still to follow: until then nobody knows what has been reached.
  const isFollowing = isObserved(live) && family.sizedFor === desired;
  if (inForce && replicas === desired && !isFollowing) return inForce;
  const sizedFor = family.sizedFor ?? replicas;
  const missing = family.sizedFor === undefined ? 0 : Math.max(0, sizedFor - family.oldWanted);
  const scaled = (pods: number, of: number): number => (of === 0 ? 0 : Math.floor((pods * desired) / of));
  const input: HoldInput = {
    ...sizes,
    ready: scaled(family.ready, sizedFor),
    gone: scaled(missing, sizedFor),
    inForce: scaled(resolveIntOrPercent(inForce?.maxUnavailable, replicas, Math.floor), replicas),
    ...userLimits(planned, desired),
  };
  const numbers = holdNumbers(input);
  return valueAt(planned, 'spec', 'replicas') === undefined ? elastic(numbers, input) : numbers;
};

/** Of a hold of another template nothing is kept: its new pods are old ones now. */
const numbersInForce = (planned: KubeObject, live: KubeObject): RollingNumbers | undefined => {
  const isOurs = numberAt(live, 'spec', 'minReadySeconds') === HOLD.minReadySeconds;
  if (!isOurs || templateOf(live) !== templateHash(planned)) return undefined;
  const { maxSurge = 0, maxUnavailable = 0 } = recordAt(live, 'spec', 'strategy', 'rollingUpdate');
  return { maxSurge, maxUnavailable } as RollingNumbers;
};

const progressOf = (
  plan: KubeObject,
  live: KubeObject,
  family: Family,
  { desired, allowed }: Sizes,
  reason: string | undefined,
): BatchProgress => {
  const { updated, ready } = family;
  const oldPods = Math.max(family.oldPods, family.oldWanted);
  const counts = { desired, updated, ready };
  const waits = (message: string): BatchProgress => ({
    ...counts,
    reached: false,
    message: [message, reason, paused(plan)].filter(Boolean).join('; '),
  });
  if (templateOf(live) !== templateOf(plan)) return waits('the new template is to be applied');
  if (!isScaled(live, desired)) return waits(`${desired} replicas are to be applied`);
  if (!isObserved(live)) return waits('the controller has not seen the present spec yet');
  if (ready < allowed) return waits(`${ready} of ${allowed} new pods are ready`);
  const surplus = allowed === 0 ? 0 : oldPods - (desired - allowed);
  if (surplus > 0) return waits(`${surplus} old pods are still to go`);
  return {
    ...counts,
    reached: true,
    message: `${ready} of ${desired} pods run the new revision and are ready`,
  };
};

/** Until the controller has seen the old template again, has all pods of it and none of another. */
const isOnTheWayBack = (live: KubeObject, template: string, family: Family, desired: number): boolean =>
  templateOf(live) !== template ||
  family.current === undefined ||
  family.oldWanted + family.oldPods > 0 ||
  family.ready < desired;

/**
 * Back to the template that ran before the hold: at once, with everything that is the user's own, except that no
 * capacity is given for it. The abandoned pods are Ready and, held as they are, not available: the controller takes
 * them for broken and removes as many of them first as the user's maxUnavailable lets (seen: 8 of 10 Ready).
 */
const wayBack = (
  plan: KubeObject,
  live: KubeObject,
  family: Family,
  desired: number,
  reason: string | undefined,
): DriverStep => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: userSurge(plan), maxUnavailable: 0 } };
  const { updated, ready, oldPods } = family;
  const message = `going back: ${ready} of ${desired} pods are ready, ${oldPods} others are still to go`;
  return {
    object: standIn(plan, live, { strategy }),
    patches: [],
    progress: {
      reached: false,
      desired,
      updated,
      ready,
      message: [message, reason, paused(plan)].filter(Boolean).join('; '),
    },
  };
};

const paused = (plan: KubeObject): string | undefined =>
  valueAt(plan, 'spec', 'paused') === true
    ? 'the manifest itself has spec.paused: true, and nothing moves until its owner changes that'
    : undefined;

const whyPodsAreMissing = (
  live: KubeObject,
  { current }: Family,
  { children }: WorkloadView,
): string | undefined =>
  (current && whyNotReady(ownedBy(current, 'Pod', children))) ?? whyNotMade(current, live);
