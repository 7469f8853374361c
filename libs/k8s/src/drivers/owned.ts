import type { KubeObject } from '@keelson/domain';
import { isRecord } from '../drift/fields-v1';
import { listAt } from './json';

/** Those of a kind that have this owner for their controller; a selector alone may pick those of another workload. */
export const ownedBy = (owner: KubeObject, kind: string, children: readonly KubeObject[]): KubeObject[] =>
  children.filter((child) => child.kind === kind && isControlledBy(child, owner.metadata.uid));

const isControlledBy = ({ metadata }: KubeObject, uid: string | undefined): boolean =>
  uid !== undefined &&
  listAt(metadata, 'ownerReferences').some(
    (owner) => isRecord(owner) && owner['controller'] === true && owner['uid'] === uid,
  );
