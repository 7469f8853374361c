import type { KubeObject } from '@keelson/domain';
import { countAt, stringAt } from '../json';
import { isObserved } from '../sizes';
import { REVISION_LABEL } from './marks';
import { upgradeRevisioned, type RevisionedKind } from './revisioned';
import { oldestFirst } from './upgrade-pods';

const ON_DELETE = 'OnDelete';

const daemonSet: RevisionedKind = {
  hold: { type: ON_DELETE },
  isHeld: (live) => stringAt(live, 'spec', 'updateStrategy', 'type') === ON_DELETE,
  // Going back to an earlier template makes its revision the highest again.
  currentRevision: (_, revisions) =>
    revisions.reduce<KubeObject | undefined>(
      (highest, each) => (highest && numberOf(highest) >= numberOf(each) ? highest : each),
      undefined,
    ),
  labelOf: ({ metadata }) => metadata.labels?.[REVISION_LABEL],
  desired: (_, live) => countAt(live, 'status', 'desiredNumberScheduled'),
  upgradable: (_, pods) => oldestFirst(pods),
  upgradableCount: (_, desired) => desired,
  isStrayed: () => false,
  hasAgreed: (_, live) =>
    isObserved(live) &&
    countAt(live, 'status', 'updatedNumberScheduled') >= countAt(live, 'status', 'desiredNumberScheduled'),
};

/** OnDelete → new revision → pods → the user's own strategy. Pods on nodes that join come with the new images. */
export const upgradeDaemonSet = upgradeRevisioned(daemonSet);

const numberOf = (revision: KubeObject): number => countAt(revision, 'revision');
