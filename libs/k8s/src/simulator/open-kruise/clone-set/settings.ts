import { type KubeObject } from '@keelson/domain';
import { objectAt } from '../../json';
import { resolve } from '../../controllers/int-or-percent';
import { partitionOf } from '../share';

export type UpdateType = 'ReCreate' | 'InPlaceIfPossible' | 'InPlaceOnly';

/** The numbers of a CloneSet's spec, resolved for its replicas. */
export interface Settings {
  readonly replicas: number;
  readonly type: UpdateType;
  /** Pods that stay old. */
  readonly partition: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  /** How many pods may be unavailable for more to be created. */
  readonly scaleMaxUnavailable: number;
  readonly isPaused: boolean;
  readonly minReadySeconds: number;
}

export function settingsOf(set: KubeObject): Settings {
  const spec = objectAt(set, 'spec');
  const strategy = objectAt(spec, 'updateStrategy');
  const replicas = Number(spec.replicas ?? 1);
  const isPaused = strategy.paused === true;
  const maxSurge = isPaused ? 0 : resolve(strategy.maxSurge ?? 0, replicas, Math.ceil);
  return {
    replicas,
    type: (strategy.type ?? 'ReCreate') as UpdateType,
    partition: partitionOf(strategy.partition, replicas),
    maxSurge,
    // With surge, a share rounds down.
    maxUnavailable: resolve(
      strategy.maxUnavailable ?? '20%',
      replicas,
      maxSurge === 0 ? Math.ceil : Math.floor,
    ),
    scaleMaxUnavailable: resolve(
      objectAt(spec, 'scaleStrategy').maxUnavailable ?? Number.MAX_SAFE_INTEGER,
      replicas,
      Math.ceil,
    ),
    isPaused,
    minReadySeconds: Number(spec.minReadySeconds ?? 0),
  };
}
