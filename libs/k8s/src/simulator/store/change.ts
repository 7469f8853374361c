import { type KubeObject } from '@keelson/domain';
import { type ResourceType } from '../api/resource-type';

export type ChangeKind = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One write, as watches see it. `previous` decides what a change means to a selector. */
export interface StoreChange {
  readonly kind: ChangeKind;
  readonly resourceVersion: number;
  readonly type: ResourceType;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

export type ChangeListener = (change: StoreChange) => void;
