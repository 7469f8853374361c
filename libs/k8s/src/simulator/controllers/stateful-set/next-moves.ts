import { type KubeObject } from '@keelson/domain';
import { objectAt } from '../../json';
import { isReady } from '../pods';
import { podRevision } from '../revisions';
import { ordinalOf } from './identity';

/** Names of the revisions that the set comes from and goes to; the same when it has arrived. */
export interface Revisions {
  readonly current: string;
  readonly update: string;
}

export type Move =
  | { readonly kind: 'create'; readonly ordinal: number; readonly revision: keyof Revisions }
  | { readonly kind: 'delete'; readonly pod: KubeObject };

/**
 * What is to be done now. In order, that is one move at most, and none while a pod before it is not Ready: a
 * broken pod is not even replaced by a better template before somebody deletes it. Parallel pods are created
 * and removed all at once, and yet replaced one by one.
 */
export function nextMoves(set: KubeObject, pods: readonly KubeObject[], revisions: Revisions): Move[] {
  const { replicas, isOrdered, partition, isOnDelete } = settingsOf(set);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
  const moves: Move[] = [];

  for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) moves.push({ kind: 'create', ordinal, revision: ordinal < partition ? 'current' : 'update' });
    else if (isFailed(pod) && !isTerminating(pod)) moves.push({ kind: 'delete', pod });
    if (isOrdered && (!pod || !isHealthy(pod))) return moves;
  }

  const surplus = [...byOrdinal].filter(([ordinal]) => ordinal >= replicas).sort(([a], [b]) => b - a);
  const firstUnhealthy = surplus.findLast(([, pod]) => !isHealthy(pod))?.[1];
  for (const [, pod] of surplus) {
    const waits = isTerminating(pod) || (!isRunning(pod) && pod !== firstUnhealthy);
    if (isOrdered && waits) return moves;
    if (!isTerminating(pod)) moves.push({ kind: 'delete', pod });
    if (isOrdered) return moves;
  }

  if (isOnDelete) return moves;
  for (let ordinal = replicas - 1; ordinal >= partition; ordinal -= 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod && !isTerminating(pod) && podRevision(pod) !== revisions.update) {
      return [...moves, { kind: 'delete', pod }];
    }
    if (!pod || !isHealthy(pod)) return moves;
  }
  return moves;
}

function settingsOf(set: KubeObject) {
  const spec = objectAt(set, 'spec');
  const strategy = objectAt(spec, 'updateStrategy');
  return {
    replicas: Number(spec.replicas ?? 1),
    isOrdered: spec.podManagementPolicy !== 'Parallel',
    partition: Number(objectAt(strategy, 'rollingUpdate').partition ?? 0),
    isOnDelete: strategy.type === 'OnDelete',
  };
}

const phaseOf = (pod: KubeObject): unknown => objectAt(pod, 'status').phase;
const isFailed = (pod: KubeObject): boolean => phaseOf(pod) === 'Failed';
const isTerminating = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

export const isRunning = (pod: KubeObject): boolean => phaseOf(pod) === 'Running' && isReady(pod);

const isHealthy = (pod: KubeObject): boolean => isRunning(pod) && !isTerminating(pod);
