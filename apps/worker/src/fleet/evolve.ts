import {
  applicationDecider,
  clusterDecider,
  keyOf,
  runDecider,
  isOver,
  type ApplicationEvent,
  type ClusterEvent,
  type ReleaseEvent,
  type RunEvent,
  type TargetEvent,
} from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Fleet } from './fleet';
import type { TargetRecord } from './model';
import { placeApplication, placeCluster } from './placement';
import type { Planner } from './planner';

/** A recorded event whose data is the domain's. */
type Recorded<Event> = Omit<RecordedEvent, 'type' | 'data'> & Event;
type FleetEvent =
  | Recorded<ClusterEvent>
  | Recorded<ApplicationEvent>
  | Recorded<ReleaseEvent>
  | Recorded<RunEvent>
  | Recorded<TargetEvent>;

/** Folds one event of the log into the fleet. Unknown events leave it as it is. */
export const evolveFleet = async (fleet: Fleet, planner: Planner, recorded: RecordedEvent): Promise<void> => {
  const event = recorded as FleetEvent;
  switch (event.type) {
    case 'ClusterRegistered':
    case 'ClusterLabelsChanged':
    case 'ClusterConnectionChanged':
    case 'ClusterConnected':
    case 'ClusterUnreachable':
    case 'ClusterForgotten':
      return cluster(fleet, planner, event);
    case 'ApplicationDefined':
    case 'ApplicationRedefined':
    case 'ApplicationScaled':
    case 'ReleaseRequested':
    case 'ApplicationDeleted':
      return application(fleet, planner, event);
    case 'ReleaseFrozen':
      return release(fleet, event);
    case 'RunCreated':
    case 'MembershipChanged':
    case 'StageStarted':
    case 'ClusterStarted':
    case 'ClusterSucceeded':
    case 'ClusterFailed':
    case 'StageSucceeded':
    case 'RunPaused':
    case 'RunResumed':
    case 'RunSucceeded':
    case 'RunSuperseded':
    case 'RunAborted':
      return run(fleet, planner, event);
    case 'PlanApplied':
    case 'ApplyFailed':
    case 'HealthChanged':
    case 'DriftDetected':
    case 'DriftCorrected':
    case 'ObjectsPruned':
      return target(fleet, event);
  }
};

const cluster = async (fleet: Fleet, planner: Planner, event: Recorded<ClusterEvent>): Promise<void> => {
  const { cluster: name } = event.data;
  const { position } = event;
  const known = fleet.clusters.get(name);
  const state = clusterDecider.evolve(known?.state ?? clusterDecider.initial, event);
  if (!state.exists) return;
  const errorAt = event.type === 'ClusterUnreachable' ? event.recordedAt : known?.errorAt;
  fleet.clusters.set(name, { state, position, ...(errorAt && state.unreachable ? { errorAt } : {}) });
  fleet.changes.clusters.add(name);
  if (
    event.type === 'ClusterRegistered' ||
    event.type === 'ClusterForgotten' ||
    event.type === 'ClusterLabelsChanged'
  ) {
    await placeCluster(fleet, planner, name, event);
  }
  if (event.type === 'ClusterLabelsChanged') {
    for (const { name: app } of fleet.applications.values()) {
      const member = fleet.target(app, name);
      if (member) await planner.plan(member, event);
    }
  }
};

const application = async (
  fleet: Fleet,
  planner: Planner,
  event: Recorded<ApplicationEvent>,
): Promise<void> => {
  const { application: name } = event.data;
  const { position, recordedAt } = event;
  const known = fleet.applications.get(name);
  const state = applicationDecider.evolve(known?.state ?? applicationDecider.initial, event);
  const reborn = event.type === 'ApplicationDefined';
  fleet.applications.set(name, {
    name,
    project: state.exists ? state.definition.project : (known?.project ?? 'default'),
    state,
    createdAt: known && !reborn ? known.createdAt : recordedAt,
    updatedAt: recordedAt,
    position,
    ...(known?.settledRelease && state.exists && !reborn ? { settledRelease: known.settledRelease } : {}),
  });
  fleet.changes.applications.add(name);
  if (event.type === 'ReleaseRequested') return;
  await placeApplication(fleet, planner, name, event);
  await planner.planApplication(name, event);
  if (event.type === 'ApplicationRedefined' && event.data.facets.policy) {
    for (const member of fleet.targetsOf(name)) fleet.touchTarget(member, position);
  }
};

const release = (fleet: Fleet, event: Recorded<ReleaseEvent>): void => {
  const { data, meta, position, recordedAt } = event;
  const sequence = Number(data.release.slice(data.application.length + 2));
  fleet.changes.releases.set(data.release, {
    ...data,
    sequence,
    run: `${data.application}-${sequence}`,
    actor: meta.actor,
    createdAt: recordedAt,
    position,
    ...(meta.reason ? { reason: meta.reason } : {}),
  });
};

const run = async (fleet: Fleet, planner: Planner, event: Recorded<RunEvent>): Promise<void> => {
  const { run: id, application: name } = event.data;
  const { position, recordedAt } = event;
  const known = fleet.runs.get(id);
  const state = runDecider.evolve(known?.state ?? runDecider.initial, event);
  if (!state.exists) return;
  const finishedAt = known?.finishedAt ?? (isOver(state.phase) ? recordedAt : undefined);
  fleet.runs.set(id, {
    state,
    startedAt: known?.startedAt ?? recordedAt,
    position,
    ...(finishedAt ? { finishedAt } : {}),
  });
  fleet.changes.runs.add(id);
  if (event.type === 'ClusterStarted') {
    const member = fleet.target(name, event.data.cluster);
    if (!member || member.removing) return;
    member.release = event.data.release;
    member.run = id;
    fleet.touchTarget(member, position);
    await planner.plan(member, event);
  }
  const owner = fleet.applications.get(name);
  if (event.type === 'RunSucceeded' && owner) {
    owner.settledRelease = state.release;
    fleet.changes.applications.add(name);
  }
};

const target = (fleet: Fleet, event: Recorded<TargetEvent>): void => {
  const { application: name, cluster: clusterName } = event.data;
  const { position, recordedAt } = event;
  const record = fleet.target(name, clusterName);
  if (!record) return;
  switch (event.type) {
    case 'PlanApplied': {
      const { generation, objects } = event.data;
      record.appliedGeneration = generation;
      if (record.failure && record.failure.generation <= generation) delete record.failure;
      for (const { ref, uid, outcome } of objects) {
        const entry = record.inventory.get(keyOf(ref));
        if (!entry) continue;
        const created = entry.created || outcome === 'Created';
        fleet.putInventory(record, keyOf(ref), { ...entry, ref, created, position, ...(uid ? { uid } : {}) });
      }
      break;
    }
    case 'ApplyFailed': {
      const { generation, terminal, message, object } = event.data;
      record.failure = { generation, terminal, message, at: recordedAt, ...(object ? { object } : {}) };
      break;
    }
    case 'HealthChanged': {
      const { generation, status, message, workload } = event.data;
      record.health = {
        generation,
        status,
        message,
        since: Date.parse(recordedAt),
        ...(workload ? { workload } : {}),
      };
      break;
    }
    case 'DriftDetected': {
      const { object, changes } = event.data;
      record.drift = [...withoutDrift(record, keyOf(object)), { object, at: recordedAt, changes }];
      break;
    }
    case 'DriftCorrected':
      record.drift = withoutDrift(record, keyOf(event.data.object));
      break;
    case 'ObjectsPruned':
      for (const ref of event.data.objects) {
        const key = keyOf(ref);
        record.drift = withoutDrift(record, key);
        if (record.inventory.get(key)?.wanted === false) fleet.dropInventory(record, key);
      }
      if (record.removing && record.inventory.size === 0) return fleet.dropTarget(record, position);
      break;
  }
  fleet.touchTarget(record, position);
};

const withoutDrift = (record: TargetRecord, key: string): TargetRecord['drift'] =>
  record.drift.filter(({ object }) => keyOf(object) !== key);
