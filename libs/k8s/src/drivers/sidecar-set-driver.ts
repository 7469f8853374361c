import { resolveShare, type KubeObject } from '@keelson/domain';
import { countAt, recordAt, valueAt } from './json';
import { heldFrom, isHeld, marked, standIn, templateHash, templateOf } from './marks';
import { keptByPartition } from './partition';
import { isObserved } from './sizes';
import type { BatchProgress, WorkloadDriver } from './types';

/**
 * OpenKruise's SidecarSet: a container in pods of other workloads, upgraded in place by its own controller while
 * `partition` pods, of all that its selector matches, stay as they are. The pods belong to others, so that only the
 * counts of its status are looked at. Source: https://openkruise.io/docs/user-manuals/sidecarset.
 */
export const sidecarSetDriver: WorkloadDriver = {
  children: () => [],

  step(planned, target, { live }) {
    const plan = marked(planned);
    if (!live) return { object: plan, patches: [], progress: absent };
    const template = templateHash(planned);
    const matched = countAt(live, 'status', 'matchedPods');
    const own = keptByPartition(valueAt(planned, 'spec', 'updateStrategy', 'partition'), matched);
    const runs = templateOf(live) === template && !isHeld(live);
    const isBack = heldFrom(live) === template;
    const partition =
      runs || isBack || target.share === '100%'
        ? own
        : Math.max(own, matched - resolveShare(target.share, matched));
    const progress = progressOf(plan, live, matched, partition);
    if (partition === own) return { object: plan, patches: [], progress };
    const updateStrategy = { ...recordAt(planned, 'spec', 'updateStrategy'), partition };
    return { object: standIn(plan, live, { updateStrategy }), patches: [], progress };
  },
};

const absent: BatchProgress = {
  reached: false,
  desired: 0,
  updated: 0,
  ready: 0,
  message: 'it does not exist yet',
};

const progressOf = (
  plan: KubeObject,
  live: KubeObject,
  matched: number,
  partition: number,
): BatchProgress => {
  const isCurrent = templateOf(live) === templateOf(plan) && isObserved(live);
  const updated = isCurrent ? countAt(live, 'status', 'updatedPods') : 0;
  const ready = isCurrent ? countAt(live, 'status', 'updatedReadyPods') : 0;
  const counts = { desired: matched, updated, ready };
  const wanted = matched - partition;
  if (templateOf(live) !== templateOf(plan))
    return { ...counts, reached: false, message: 'the new containers are to be applied' };
  if (!isObserved(live))
    return { ...counts, reached: false, message: 'the controller has not seen the present spec yet' };
  const message = `${ready} of ${wanted} pods have the new container and are ready`;
  return { ...counts, reached: ready >= wanted, message };
};
