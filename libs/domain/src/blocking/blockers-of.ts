import type { Dependency } from '../dependency';
import { covers, type Hold, type HoldableTarget } from '../hold';
import type { Blocker } from '../run/blockers';
import type { TargetPhase } from '../target';
import { windowSelects, type WindowedTarget, type WindowStanding } from '../window';

export type BlockableTarget = HoldableTarget & WindowedTarget;

/** Another application that is depended on, as far as it is known in one cluster. */
export interface DependencyStanding extends Dependency {
  readonly exists: boolean;
  /** Of its target in the cluster; none when it does not run there. */
  readonly phase?: TargetPhase;
}

export interface Standing {
  /** Those that nobody has released. */
  readonly holds: readonly Hold[];
  /** As of now: the clock of each is asked once, and not once for every cluster of a fleet. */
  readonly windows: readonly WindowStanding[];
  readonly dependencies: readonly DependencyStanding[];
}

export interface Blockers {
  readonly blockers: readonly Blocker[];
  /** Milliseconds since the epoch at which a window that concerns the target opens or closes next. */
  readonly changeAt?: number;
}

/**
 * What keeps a target from being started or moved on: every hold that covers it, every Deny window that is open, the
 * Allow windows when none of those that select it is open, and every dependency that is not well in its cluster.
 * The messages name no cluster and no phase, so that a thousand clusters which wait for one thing wait for one blocker,
 * and the log does not grow while it is waited for.
 */
export const blockersOf = (target: BlockableTarget, standing: Standing): Blockers => {
  const windows = standing.windows.filter(({ window }) => windowSelects(window, target));
  const changes = windows.flatMap(({ changesAt }) => changesAt ?? []);
  return {
    blockers: [
      ...standing.holds.filter((hold) => covers(hold, target)).map(heldBy),
      ...windowBlockers(windows),
      ...standing.dependencies.filter(isMissed).map(waitingFor),
    ],
    ...(changes.length > 0 ? { changeAt: Math.min(...changes) } : {}),
  };
};

const heldBy = ({ hold, owner, reason }: Hold): Blocker => ({
  kind: 'Hold',
  id: hold,
  message: `held by ${owner}: ${reason}`,
});

/** Deny wins: it is told even where an Allow window is open. */
const windowBlockers = (windows: readonly WindowStanding[]): Blocker[] => {
  const allowing = windows.filter(({ window }) => window.kind === 'Allow');
  const denying = windows.filter(({ window, open }) => window.kind === 'Deny' && open);
  const closed = allowing.some(({ open }) => open) ? [] : allowing;
  return [
    ...denying.map(({ window, changesAt }) => ({
      kind: 'Window' as const,
      id: window.window,
      message: `window ${window.window} denies until ${timeText(changesAt)}`,
    })),
    ...closed.map(({ window, changesAt }) => ({
      kind: 'Window' as const,
      id: window.window,
      message:
        changesAt === undefined
          ? `window ${window.window} never opens again`
          : `window ${window.window} opens at ${timeText(changesAt)}`,
    })),
  ];
};

const timeText = (at: number | undefined): string =>
  at === undefined ? 'for ever' : new Date(at).toISOString().replace('.000Z', 'Z');

/** One that does not run in the cluster is not missed there; one that nobody defined is missed everywhere. */
const isMissed = ({ exists, phase, phases }: DependencyStanding): boolean =>
  !exists || (phase !== undefined && !phases.includes(phase));

const waitingFor = ({ application, exists, phases }: DependencyStanding): Blocker => ({
  kind: 'Dependency',
  id: application,
  message: exists
    ? `application ${application} is not ${phases.join(' or ')} there`
    : `application ${application}, which this one depends on, does not exist`,
});
