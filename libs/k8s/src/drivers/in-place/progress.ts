import type { KubeObject } from '@keelson/domain';
import { valueAt } from '../json';
import { isScaled } from '../sizes';
import type { BatchProgress } from '../types';
import { whyNotReady } from '../why-not-ready';
import type { Candidate } from './choose-pods';

export interface Counted {
  readonly candidates: readonly Candidate[];
  readonly desired: number;
  /** Pods that the batch is about. */
  readonly limit: number;
  /** What is being waited for besides pods; nothing when the objects are as the batch wants them. */
  readonly awaited: string | undefined;
}

export const progressOf = ({ candidates, desired, limit, awaited }: Counted): BatchProgress => {
  const updated = candidates.filter((candidate) => candidate.updated);
  const ready = updated.filter(({ available }) => available).length;
  const slow = updated.filter(({ available }) => !available);
  const why = ready < limit ? (whyNotReady(slow.map(({ pod }) => pod)) ?? names(slow)) : undefined;
  return {
    reached: ready >= limit && awaited === undefined,
    desired,
    updated: updated.length,
    ready,
    message: [`${ready} of ${limit} pods are upgraded in place and ready`, awaited, why]
      .filter(Boolean)
      .join('; '),
  };
};

const names = (slow: readonly Candidate[]): string | undefined =>
  slow.length > 0 ? `${slow.map(({ pod }) => pod.metadata.name).join(', ')}: restarting` : undefined;

/** A kind without replicas (a DaemonSet) is never to be scaled. */
export const awaitsScaling = (live: KubeObject, desired: number): string | undefined =>
  valueAt(live, 'spec', 'replicas') === undefined || isScaled(live, desired)
    ? undefined
    : `${desired} replicas are to be applied`;
