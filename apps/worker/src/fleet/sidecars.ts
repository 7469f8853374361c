import { selects, sidecarDecider, type SidecarEvent, type SidecarReleaseEvent } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Fleet } from './fleet';
import type { Planner } from './planner';

type Recorded<Event> = Omit<RecordedEvent, 'type' | 'data'> & Event;

/**
 * A change of what a sidecar is. Who is selected anew gets the settled release, who is not any more loses its
 * containers, and of one that was deleted nothing is left: each by a plan, without a run, as with an application's
 * placement.
 */
export const foldSidecar = async (
  fleet: Fleet,
  planner: Planner,
  event: Recorded<SidecarEvent>,
): Promise<void> => {
  const { sidecar: name } = event.data;
  const { position, recordedAt } = event;
  const known = fleet.sidecars.get(name);
  const state = sidecarDecider.evolve(known?.state ?? sidecarDecider.initial, event);
  const reborn = event.type === 'SidecarDefined';
  fleet.sidecars.set(name, {
    name,
    state,
    createdAt: known && !reborn ? known.createdAt : recordedAt,
    updatedAt: recordedAt,
    position,
    ...(known?.settledRelease && state.exists && !reborn ? { settledRelease: known.settledRelease } : {}),
  });
  fleet.changes.sidecars.add(name);
  if (event.type === 'SidecarReleaseRequested') return;
  for (const { cluster } of fleet.sidecarEverywhere(name)) forgetUnplaced(fleet, cluster);
  for (const application of fleet.applicationNames()) await planner.planApplication(application, event);
};

/** What runs decided about a cluster is worth nothing once their sidecar is not placed there. */
export const forgetUnplaced = (fleet: Fleet, clusterName: string): void => {
  const cluster = fleet.clusters.get(clusterName);
  for (const { name, state } of fleet.sidecars.values()) {
    const record = fleet.sidecarIn(name, clusterName);
    if (!record) continue;
    const placed =
      state.exists &&
      cluster !== undefined &&
      cluster.state.phase !== 'Forgotten' &&
      selects(state.definition.placement, { name: clusterName, labels: cluster.state.labels });
    if (!placed) fleet.dropSidecarIn(record);
  }
};

export const foldSidecarRelease = (fleet: Fleet, event: Recorded<SidecarReleaseEvent>): void => {
  const { data, meta, position, recordedAt } = event;
  fleet.changes.sidecarReleases.set(data.release, {
    ...data,
    actor: meta.actor,
    createdAt: recordedAt,
    position,
    ...(meta.reason ? { reason: meta.reason } : {}),
  });
};
