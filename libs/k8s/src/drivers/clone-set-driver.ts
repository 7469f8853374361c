import type { KubeObject } from '@keelson/domain';
import { countAt, recordAt, valueAt } from './json';
import { heldFrom, isHeld, marked, standIn, templateHash, templateOf } from './marks';
import { PODS } from './one-batch';
import { ownedBy } from './owned';
import { keptByPartition } from './partition';
import { allowedOf, desiredOf, isObserved, isScaled } from './sizes';
import type { BatchProgress, WorkloadDriver } from './types';
import { wholeStep } from './whole';
import { whyNotMade, whyNotReady } from './why-not-ready';

/**
 * OpenKruise's CloneSet: `partition` pods stay as they are, and its own controller upgrades the others, in place when
 * its type says so. Source: https://openkruise.io/docs/user-manuals/cloneset.
 */
export const cloneSetDriver: WorkloadDriver = {
  children: () => [PODS],

  step(planned, target, { live, children }) {
    const plan = marked(planned);
    if (!live) return wholeStep(plan, live);
    const desired = desiredOf(planned, live);
    const own = valueAt(planned, 'spec', 'updateStrategy', 'partition');
    const template = templateHash(planned);
    const isBack = heldFrom(live) === template;
    const kept = keptByPartition(own, desired);
    const partition = isBack ? kept : Math.max(desired - allowedOf(target, desired), kept);
    const type = target.update === 'Recreate' ? undefined : target.update;
    const reason = whyNotReady(ownedBy(live, 'Pod', children)) ?? whyNotMade(live);
    const progress = progressOf(plan, live, desired, partition, reason);
    const runs = templateOf(live) === template && !isHeld(live);
    // The type is the strategy's for as long as pods are upgraded, so that the last batch is in place as well.
    const isDone = partition === kept && (type === undefined || progress.reached);
    if (runs || isDone) return wholeStep(plan, live, undefined, reason);
    const updateStrategy = {
      ...recordAt(planned, 'spec', 'updateStrategy'),
      ...(type === undefined ? {} : { type }),
      partition: partition === kept ? (own ?? 0) : partition,
    };
    const { message } = progress;
    return {
      object: standIn(plan, live, { updateStrategy }),
      patches: [],
      progress: partition === kept ? { ...progress, reached: false, message } : progress,
    };
  },
};

const progressOf = (
  plan: KubeObject,
  live: KubeObject,
  desired: number,
  partition: number,
  reason: string | undefined,
): BatchProgress => {
  const isCurrent = templateOf(live) === templateOf(plan) && isObserved(live);
  const updated = isCurrent ? countAt(live, 'status', 'updatedReplicas') : 0;
  const ready = isCurrent ? countAt(live, 'status', 'updatedReadyReplicas') : 0;
  const counts = { desired, updated, ready };
  const waits = (message: string): BatchProgress => ({
    ...counts,
    reached: false,
    message: [message, reason].filter(Boolean).join('; '),
  });
  if (templateOf(live) !== templateOf(plan)) return waits('the new template is to be applied');
  if (!isScaled(live, desired)) return waits(`${desired} replicas are to be applied`);
  if (!isObserved(live)) return waits('the controller has not seen the present spec yet');
  const wanted = desired - partition;
  if (ready < wanted) return waits(`${ready} of ${wanted} new pods are ready`);
  const surplus = countAt(live, 'status', 'replicas') - updated - partition;
  if (surplus > 0) return waits(`${surplus} old pods are still to go`);
  return {
    ...counts,
    reached: true,
    message: `${ready} of ${desired} pods run the new revision and are ready`,
  };
};
