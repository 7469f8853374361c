import { isOver, joins, type RunPace } from '@keelson/domain';
import type { Fleet } from './fleet';
import type { JoinedSidecar, SidecarClusterRecord, SidecarRecord, TargetRecord } from './model';

export interface Joined {
  readonly sidecars: Record<string, JoinedSidecar>;
  /** Runs of sidecars whose releases are in the plan. */
  readonly paces: readonly RunPace[];
}

/**
 * The sidecars of a target's plan. A run of one team's enters a target only when no other run moves it: a workload that
 * is held between two templates has no room for a third. (Tried on paper with the smaller share alone: an application
 * held at 5 new pods of 10 whose template a sidecar's run then changed had 5 of the third template and, as controllers
 * take the oldest pods first, 5 of the second, which is the application's new image in all 10.)
 *
 * What waits does so in this target alone, and goes on with its run's pace of that time. A way back waits for nobody;
 * nor does the application, whose pods they are: when its run comes to a target that a sidecar moves, the smaller share
 * holds both. When it goes back there, a sidecar that is held half way steps aside and comes again afterwards: held to
 * its share, half of the pods that are to go would stay.
 */
export const joinSidecars = (fleet: Fleet, target: TargetRecord): Joined => {
  const wanted = wantedOf(fleet, target);
  const sidecars: Record<string, JoinedSidecar> = {};
  const paces: RunPace[] = [];
  let busy = isMovedByItself(fleet, target);
  const enter = (name: string, { release, at, selected, aside }: Wanted): void => {
    if (release !== undefined || selected) {
      sidecars[name] = {
        ...(release === undefined ? {} : { release }),
        ...(aside ? { deferred: true } : {}),
      };
    }
    if (!at?.pace || release === undefined || aside) return;
    paces.push({ run: at.run, pace: at.pace });
    if (isMoving(fleet, at)) busy = true;
  };
  const changed: [string, Wanted, string | undefined][] = [];
  for (const [name, want] of wanted) {
    const current = target.sidecars?.[name]?.release;
    if (want.release === current) enter(name, want);
    else changed.push([name, want, current]);
  }
  for (const [name, want, current] of changed) {
    if (!busy || want.aside || want.at?.back || target.hash === undefined) enter(name, want);
    else {
      sidecars[name] = {
        ...(current === undefined ? {} : { release: current }),
        ...(want.selected ? {} : { leaving: true }),
        deferred: true,
      };
    }
  }
  return { sidecars: inOrder(sidecars), paces };
};

interface Wanted {
  readonly selected: boolean;
  readonly release?: string;
  readonly at?: SidecarClusterRecord;
  /** It makes room for an application that goes back. */
  readonly aside?: true;
}

/** By name: of the sidecars that select the target, and of those that are in its plan. */
const wantedOf = (fleet: Fleet, target: TargetRecord): [string, Wanted][] => {
  const names = new Set(Object.keys(target.sidecars ?? {}));
  for (const sidecar of fleet.sidecars.values())
    if (isSelected(fleet, sidecar, target)) names.add(sidecar.name);
  return [...names].sort().map((name) => {
    const sidecar = fleet.sidecars.get(name);
    if (!sidecar || !isSelected(fleet, sidecar, target)) return [name, { selected: false }];
    const at = fleet.sidecarIn(name, target.cluster);
    const aside = at?.pace && at.pace.share !== '100%' && target.back && isMovedByItself(fleet, target);
    const release = (aside ? at.stable : at?.release) ?? sidecar.settledRelease;
    if (aside)
      return [name, { selected: true, aside: true, at, ...(release === undefined ? {} : { release }) }];
    return [name, { selected: true, ...(release === undefined ? {} : { release }), ...(at ? { at } : {}) }];
  });
};

export const isSelected = (fleet: Fleet, { state }: SidecarRecord, target: TargetRecord): boolean => {
  const application = fleet.applications.get(target.application);
  const cluster = fleet.clusters.get(target.cluster);
  return (
    state.exists &&
    application?.state.exists === true &&
    cluster !== undefined &&
    joins(state.definition, application.state.definition.labels, {
      name: target.cluster,
      labels: cluster.state.labels,
    })
  );
};

/** A run that is over still holds what it left half way. */
const isMovedByItself = (fleet: Fleet, { application, pace }: TargetRecord): boolean => {
  if (!pace) return false;
  return pace.share !== '100%' || isUnderWay(fleet, fleet.applications.get(application)?.state.activeRun);
};

const isMoving = (fleet: Fleet, { pace, run }: SidecarClusterRecord): boolean =>
  pace !== undefined && (pace.share !== '100%' || isUnderWay(fleet, run));

export const isUnderWay = (fleet: Fleet, run: string | undefined): boolean => {
  const known = run === undefined ? undefined : fleet.runs.get(run);
  return known !== undefined && !isOver(known.state.phase);
};

/** Their order in the plan must not depend on which came first. */
const inOrder = (sidecars: Record<string, JoinedSidecar>): Record<string, JoinedSidecar> =>
  Object.fromEntries(Object.entries(sidecars).sort(([a], [b]) => (a < b ? -1 : 1)));
