import { resolveShare, type Share } from '../kernel/share';
import type { Pace } from '../run/events';
import type { UpdateMode } from '../strategy';

/** A run that moves a target, and how far. */
export interface RunPace {
  readonly run: string;
  readonly pace: Pace;
}

/** What a target is held to when several runs move it at once. */
export interface JointPace {
  readonly share: Share;
  readonly update: UpdateMode;
  /** Runs whose own share it is. */
  readonly by: readonly string[];
  /** Runs whose own share is greater: they wait for those. */
  readonly heldBack: readonly string[];
}

/**
 * The smaller share holds: a pod that is replaced carries what every run brings, so that none may let go of more pods
 * than another allows. How pods change is the application's to say while its own run moves the target; else it is the
 * sidecars', where one that asks for new pods outweighs one that would do without.
 *
 * @param replicas of the largest workload, for comparing counts with percentages: a count then becomes the percentage
 *   of it, rounded down, so that neither side gets more than it asked for in any workload
 */
export const jointPace = (
  application: RunPace | undefined,
  sidecars: readonly RunPace[],
  replicas: number,
): JointPace | undefined => {
  const all = application ? [application, ...sidecars] : sidecars;
  const [first, ...others] = all;
  if (!first) return undefined;
  const update = (application ?? sidecars.find(({ pace }) => pace.update === 'Recreate') ?? first).pace
    .update;
  const sizes = all.map(({ pace: { share } }) => share);
  const comparable = others.every(({ pace: { share } }) => typeof share === typeof first.pace.share)
    ? sizes
    : sizes.map((share) => asPercentage(share, replicas));
  const least = Math.min(...comparable.map(amountOf));
  const share = comparable.find((size) => amountOf(size) === least) ?? first.pace.share;
  const isLeast = (index: number): boolean => amountOf(comparable[index] ?? share) === least;
  const runsWhere = (holds: boolean): string[] =>
    all.filter((_, index) => isLeast(index) === holds).map(({ run }) => run);
  return { share, update, by: runsWhere(true), heldBack: runsWhere(false) };
};

/** Where nothing is known of the replicas a count is a single pod's share: the smallest that lets anything move. */
const asPercentage = (share: Share, replicas: number): Share => {
  if (typeof share === 'string') return share;
  const pods = resolveShare(share, replicas);
  return `${pods === 0 ? Math.min(1, share) : Math.max(1, Math.floor((pods * 100) / replicas))}%`;
};

const amountOf = (share: Share): number => (typeof share === 'number' ? share : Number.parseInt(share, 10));
