import type { KubeObject } from '@keelson/domain';
import { isRecreate, userLimits } from '../deployment/user-strategy';
import { valueAt } from '../json';
import { resolveIntOrPercent } from '../sizes';

/**
 * How many pods the user lets a rolling update take away at a time, rounded as the kind's controller does, and at
 * least one: upgraded in place there is no surge that could stand in, so with none nothing would ever move.
 */
export const maxUnavailableOf = (planned: KubeObject, desired: number): number => {
  if (planned.kind !== 'Deployment') {
    const own = valueAt(planned, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable');
    return Math.max(1, resolveIntOrPercent(own, desired, Math.ceil));
  }
  // Recreate takes all of them down at once, by the user's own choice.
  return Math.max(1, isRecreate(planned) ? desired : userLimits(planned, desired).maxUnavailable);
};
