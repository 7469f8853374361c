import { assessHealth, describeRef, refOf, type KubeObject } from '@keelson/domain';
import { isHeld, templateOf } from './marks';
import { desiredOf, isScaled } from './sizes';
import type { BatchProgress, DriverStep } from './types';

/**
 * The plan as it is: when the batch is everything, when nothing is to be kept (a first install), when the template is
 * the one that runs, and for kinds that cannot be batched. `note` says what the reader should know about it.
 */
export const wholeStep = (
  plan: KubeObject,
  live: KubeObject | undefined,
  note?: string,
  reason?: string,
): DriverStep => {
  const progress = wholeProgress(plan, live);
  const message = [progress.message, progress.reached ? undefined : reason, note].filter(Boolean).join('; ');
  return { object: plan, patches: [], progress: { ...progress, message } };
};

/** Reached when the live object is the plan's own, its hold gone, and healthy by its kind's own rules. */
const wholeProgress = (plan: KubeObject, live: KubeObject | undefined): BatchProgress => {
  const desired = desiredOf(plan, live);
  const none = { reached: false, desired, updated: 0, ready: 0 };
  if (!live) return { ...none, message: `${describeRef(refOf(plan))} does not exist yet` };
  const { status, message, workload } = assessHealth(live);
  const wanted = workload?.desired ?? desired;
  if (templateOf(live) !== templateOf(plan)) {
    return { ...none, desired: wanted, message: 'the new template is to be applied' };
  }
  const updated = workload?.updated ?? 0;
  const counts = { desired: wanted, updated, ready: Math.min(updated, workload?.ready ?? 0) };
  if (isHeld(live)) return { ...counts, reached: false, message: 'the hold is to be lifted' };
  if (hasReplicas(plan) && !isScaled(live, desired)) {
    return { ...counts, reached: false, message: `${desired} replicas are to be applied` };
  }
  return { ...counts, reached: status === 'Current', message };
};

const hasReplicas = ({ spec }: KubeObject): boolean =>
  typeof spec === 'object' && spec !== null && 'replicas' in spec;
