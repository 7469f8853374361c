import type { KubeObject } from '@keelson/domain';
import { isRecord } from '../drift/fields-v1';
import { listAt } from './json';

/** Takes traffic: Ready and not on its way out. */
export const isReady = (pod: KubeObject): boolean =>
  !pod.metadata.deletionTimestamp &&
  listAt(pod, 'status', 'conditions').some(
    (condition) => isRecord(condition) && condition['type'] === 'Ready' && condition['status'] === 'True',
  );
