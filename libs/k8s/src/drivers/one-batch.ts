import type { ChildKind, WorkloadDriver } from './types';
import { marked } from './marks';
import { ownedBy } from './owned';
import { whyNotReady } from './why-not-ready';
import { wholeStep } from './whole';

export const PODS: ChildKind = { apiVersion: 'v1', kind: 'Pod' };

/** Kinds that know no way to stop in the middle: the first batch is everything. */
export const oneBatchDriver: WorkloadDriver = {
  children: () => [PODS],
  decidesAlone: () => true,
  step(planned, target, { live, children }) {
    const pods = live ? ownedBy(live, 'Pod', children) : [];
    const note = target.share === '100%' ? undefined : `a ${planned.kind} is updated in one batch`;
    return wholeStep(marked(planned), live, note, whyNotReady(pods));
  },
};
