import type { KubeObject } from '@keelson/domain';
import { stringAt, valueAt } from '../json';
import { resolveIntOrPercent } from '../sizes';
import type { HoldNumbers } from './hold-numbers';

/** The API server's own default for both numbers. */
const DEFAULT = '25%';

export const isRecreate = (planned: KubeObject): boolean =>
  stringAt(planned, 'spec', 'strategy', 'type') === 'Recreate';

export const userSurge = (planned: KubeObject): unknown => rolling(planned, 'maxSurge') ?? DEFAULT;

/**
 * The user's own limits as pods, as the Deployment controller resolves them: surge rounds up, unavailability down, and
 * one pod may be unavailable when both come out as 0.
 */
export const userLimits = (planned: KubeObject, desired: number): HoldNumbers => {
  const maxSurge = resolveIntOrPercent(userSurge(planned), desired, Math.ceil);
  const down = resolveIntOrPercent(rolling(planned, 'maxUnavailable') ?? DEFAULT, desired, Math.floor);
  return { maxSurge, maxUnavailable: maxSurge === 0 && down === 0 ? 1 : down };
};

const rolling = (planned: KubeObject, field: string): unknown =>
  valueAt(planned, 'spec', 'strategy', 'rollingUpdate', field);
