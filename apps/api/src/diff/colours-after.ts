import {
  moveColours,
  newestOf,
  otherThan,
  servedRelease,
  standingColours,
  standingRelease,
  wholePace,
  type StandingPods,
  type TargetFacets,
} from '@keelson/domain';
import type { PreparedRelease } from '../releases/prepare-release';
import type { DiffRow, FrozenManifests } from './diff.queries';

/** Stands for a release that is only asked about. */
const ASKED = '';

/** Releases that the pods of a cluster may be of, when another one comes to it. */
export const releasesIn = (row: DiffRow): string[] => {
  const target = standing(row);
  const colours = standingColours(target);
  return [colours?.blue, colours?.green, standingRelease(target)].filter((release) => release !== undefined);
};

/** The colours that a cluster would have once a release has gone over there; nothing where it would have none. */
export const colouredAfter = (
  row: DiffRow,
  { strategy, revision }: PreparedRelease,
  manifests: ReadonlyMap<string, FrozenManifests>,
): Pick<TargetFacets, 'coloured'> => {
  const target = standing(row);
  const now = standingRelease(target);
  const before = strategy.blueGreen ? standingColours(target) : target.colours;
  const served = before ? servedRelease(before) : now;
  const after = moveColours(before, {
    release: ASKED,
    pace: wholePace(strategy),
    at: 0,
    alike: manifests.get(served ?? '')?.revision === revision,
    ...(now === undefined ? {} : { standing: now }),
  });
  if (!after) return {};
  const kept = manifests.get(after[otherThan(newestOf(after, ASKED))] ?? '');
  return { coloured: { colours: after, release: ASKED, ...(kept ? { kept } : {}) } };
};

const standing = ({ release, stable, pace, colours }: DiffRow): StandingPods => ({
  ...(release === null ? {} : { release }),
  ...(stable === null ? {} : { stable }),
  ...(pace === null ? {} : { pace }),
  ...(colours === null ? {} : { colours }),
});
