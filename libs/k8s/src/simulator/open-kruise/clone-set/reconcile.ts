import { type KubeObject } from '@keelson/domain';
import { rfc3339 } from '../../clock';
import { availableIn, byDeletionPreference, isActive, isReady } from '../../controllers/pods';
import { podRevision, templateIn } from '../../controllers/revisions';
import { type Action, reportOf } from '../action';
import { type Differences, differences } from './differences';
import { finishInPlace, imageChanges, isUpdateReady, startInPlace } from './in-place';
import { clonedPod } from './pods';
import { type Revisions, revisionsFor } from './revisions';
import { type Settings, settingsOf } from './settings';
import { statusOf } from './status';

/** All that a decision about one CloneSet needs. */
export interface CloneSetView {
  readonly set: KubeObject;
  /** Those that it owns. */
  readonly pods: readonly KubeObject[];
  readonly revisions: readonly KubeObject[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A new suffix for a name at every call. */
  readonly newId: () => string;
}

/**
 * What is to be done for a CloneSet now; called again after every change. Scales first, updates when the count
 * is right. Not followed: specified deletes, lifecycle hooks, priorities, volume claims.
 * Source: https://openkruise.io/docs/user-manuals/cloneset and pkg/controller/cloneset of its repository.
 */
export function reconcileCloneSet(view: CloneSetView): readonly Action[] {
  const { set, now } = view;
  const settings = settingsOf(set);
  const revisions = revisionsFor(set, view.revisions);
  const pods = view.pods.filter(isActive);
  const time = rfc3339(now);
  const report = reportOf(set, statusOf(set, settings, pods, revisions, now));
  if (set.metadata.deletionTimestamp) return report;

  const isAvailable = (pod: KubeObject) =>
    isUpdateReady(pod) && availableIn(pod, settings.minReadySeconds, now) === 0;
  const isNew = (pod: KubeObject) => podRevision(pod) === revisions.update.metadata.name;
  const counted = pods.map((pod) => ({ isNew: isNew(pod), isAvailable: isAvailable(pod) }));
  const diff = differences(settings, counted);
  const known: Known = { view, settings, revisions, pods, diff, isNew, isAvailable };
  const scaling = scale(known);
  return [
    ...revisions.actions,
    ...pods.flatMap((pod) => finishInPlace(pod, time)),
    ...(scaling.length > 0 || settings.isPaused ? scaling : update(known, time)),
    ...report,
  ];
}

interface Known {
  readonly view: CloneSetView;
  readonly settings: Settings;
  readonly revisions: Revisions;
  readonly pods: readonly KubeObject[];
  readonly diff: Differences;
  readonly isNew: (pod: KubeObject) => boolean;
  readonly isAvailable: (pod: KubeObject) => boolean;
}

function scale({ view, settings, revisions, pods, diff, isNew }: Known): readonly Action[] {
  if (diff.create > 0) {
    return Array.from({ length: diff.create }, (_, index): Action => {
      const revision = index < diff.createOld ? revisions.current : revisions.update;
      return { verb: 'create', object: clonedPod(view.set, revision, settings.type, view.newId()) };
    });
  }
  if (diff.remove === 0) return [];
  const sorted = [...pods].sort(byDeletionPreference);
  const old = sorted.filter((pod) => !isNew(pod)).slice(0, Math.min(diff.removeOld, diff.remove));
  const chosen = [...old, ...sorted.filter(isNew).slice(0, diff.remove - old.length)];
  let removable = diff.removable;
  return chosen
    .filter((pod) => !isReady(pod) || removable-- > 0)
    .map((object): Action => ({ verb: 'delete', object }));
}

/** Those that are not available go first and cost nothing; of the others as many as may be unavailable. */
function update(known: Known, time: string): readonly Action[] {
  const { pods, diff, isNew, isAvailable } = known;
  const candidates = [...pods]
    .filter((pod) => !isNew(pod))
    .sort(byDeletionPreference)
    .map((pod) => ({ pod, actions: updateOf(known, pod, time) }))
    .filter(({ actions }) => actions.length > 0)
    .slice(0, diff.update);
  let unavailable = pods.filter((pod) => !isAvailable(pod)).length;
  const brokenNew = pods.filter((pod) => isNew(pod) && !isAvailable(pod)).length;
  const actions: Action[] = [];
  for (const [index, candidate] of candidates.entries()) {
    if (brokenNew + index >= diff.unavailableLimit) break;
    if (isAvailable(candidate.pod)) {
      if (unavailable >= diff.unavailableLimit) break;
      unavailable += 1;
    }
    actions.push(...candidate.actions);
  }
  return actions;
}

/** How one pod comes to the new revision; not at all where only in place is allowed and not possible. */
function updateOf({ settings, revisions }: Known, pod: KubeObject, time: string): readonly Action[] {
  const before = revisions.all.find(({ metadata }) => metadata.name === podRevision(pod));
  const images =
    settings.type !== 'ReCreate' && before && imageChanges(templateIn(before), templateIn(revisions.update));
  if (images) return startInPlace(pod, images, revisions.update.metadata.name, time);
  return settings.type === 'InPlaceOnly' ? [] : [{ verb: 'delete', object: pod }];
}
