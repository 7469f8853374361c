import { awaitsReturn, isOver, type Pace, type Run, type RunEvent, type UpdateMode } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Fleet } from './fleet';
import type { SidecarClusterRecord } from './model';
import type { Planner } from './planner';

type RecordedRunEvent = Omit<RecordedEvent, 'type' | 'data'> & RunEvent;

/** What a decision of a sidecar's run changes in what is wanted of the applications that it is in. */
export const moveSidecar = async (
  fleet: Fleet,
  planner: Planner,
  name: string,
  event: RecordedRunEvent,
  run: Run,
): Promise<void> => {
  if ('cluster' in event.data) await moveCluster(fleet, planner, name, event);
  else if (isOver(run.phase) && event.type !== 'RunSuperseded') await end(fleet, planner, name, event, run);
};

const moveCluster = async (
  fleet: Fleet,
  planner: Planner,
  name: string,
  event: RecordedRunEvent,
): Promise<void> => {
  if (!('cluster' in event.data)) return;
  const sidecar = fleet.sidecars.get(name);
  if (!sidecar?.state.exists) return;
  const { cluster, run } = event.data;
  const { position } = event;
  const known = fleet.sidecarIn(name, cluster);
  const stable = known?.stable ?? sidecar.settledRelease;
  switch (event.type) {
    case 'ClusterStarted':
    case 'ClusterRollbackStarted': {
      const { release, pace } = event.data;
      const back = event.type === 'ClusterRollbackStarted' ? { back: true as const } : {};
      const before = stable === undefined ? {} : { stable };
      fleet.putSidecarIn({ sidecar: name, cluster, release, run, pace, position, ...before, ...back });
      return planner.planSidecar(name, cluster, event, 'anew');
    }
    case 'BatchAdvanced':
      if (!known) return;
      fleet.putSidecarIn({ ...known, pace: event.data.pace, position });
      return planner.planSidecar(name, cluster, event);
    case 'ClusterRetried':
      if (known?.run === run) await planner.planSidecar(name, cluster, event, 'anew');
      return;
    case 'ClusterSucceeded':
    case 'ClusterRolledBack':
      if (known?.run !== run) return;
      fleet.putSidecarIn(arrived(known, position));
      return planner.planSidecar(name, cluster, event);
    default: // The others say something of the run, and leave the plans as they are.
  }
};

const arrived = ({ pace: _, back: _back, ...record }: SidecarClusterRecord, position: number) => ({
  ...record,
  stable: record.release,
  position,
});

/**
 * A run that is over holds nobody. What it left half way goes back to what was there before (nothing, before the first
 * release), unlike an application's: other teams' releases would be held to its share until somebody released the
 * sidecar again. One that succeeded leaves the release that clusters and applications get which join later, or could
 * not be reached.
 */
const end = async (
  fleet: Fleet,
  planner: Planner,
  name: string,
  event: RecordedRunEvent,
  run: Run,
): Promise<void> => {
  const sidecar = fleet.sidecars.get(name);
  if (!sidecar?.state.exists) return;
  const { position } = event;
  const owed = new Set<string>();
  if (event.type === 'RunSucceeded') {
    sidecar.settledRelease = run.release;
    sidecar.position = position;
    fleet.changes.sidecars.add(name);
    for (const cluster of leftOut(fleet, name, run)) {
      owed.add(cluster);
      catchUp(fleet, name, cluster, run, position);
    }
  }
  for (const record of fleet.sidecarEverywhere(name)) {
    if (record.pace && !record.back && !owed.has(record.cluster)) leave(fleet, record, position);
  }
  for (const application of fleet.applicationNames()) {
    for (const target of fleet.targetsOf(application)) {
      if (target.sidecars?.[name]) await planner.plan(target, event);
    }
  }
};

/** Clusters that could not be reached, and those that an earlier one moved and this one never met. */
const leftOut = (fleet: Fleet, name: string, { stages }: Run): string[] => {
  const members = stages.flatMap(({ clusters }) => clusters);
  const met = new Set(members.map((member) => member.name));
  return [
    ...members.filter(awaitsReturn).map((member) => member.name),
    ...fleet.sidecarEverywhere(name).flatMap(({ cluster }) => (met.has(cluster) ? [] : cluster)),
  ];
};

/** Still at a pace, though at the whole: without one, pods would not be upgraded, or taken back, in place. */
const whole = (update: UpdateMode): Pace => ({ batch: 0, of: 1, share: '100%', update });

/** As with a cluster that joins, it is what a later run takes it back to, though it may not be there yet. */
const catchUp = (fleet: Fleet, name: string, cluster: string, run: Run, position: number): void =>
  fleet.putSidecarIn({
    sidecar: name,
    cluster,
    release: run.release,
    run: run.run,
    pace: whole(run.strategy.update),
    stable: run.release,
    position,
  });

const leave = (fleet: Fleet, record: SidecarClusterRecord, position: number): void => {
  const { stable: release, pace } = record;
  if (release === undefined) return fleet.dropSidecarIn(record);
  const way = whole(pace?.update ?? 'InPlaceIfPossible');
  fleet.putSidecarIn({ ...record, release, pace: way, back: true, position });
};
