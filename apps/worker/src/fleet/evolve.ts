import {
  applicationDecider,
  clusterDecider,
  evolveFlaps,
  keyOf,
  runDecider,
  isOver,
  sidecarOf,
  type ApplicationEvent,
  type ClusterEvent,
  type HoldEvent,
  type NodeEvent,
  type NodeRepairEvent,
  type NodeRepairPolicyEvent,
  type ReleaseEvent,
  type RunEvent,
  type SidecarEvent,
  type SidecarReleaseEvent,
  type TargetEvent,
  type WebhookEvent,
  type WindowEvent,
} from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import { foldHold, foldWindow } from '../blockers/fold';
import { confirmSwitch, retireIdle } from './colours';
import { PART_OF, type FleetEvents } from './event-types';
import type { Fleet } from './fleet';
import { recordNamespaces } from './made-namespaces';
import type { InventoryEntry, TargetRecord } from './model';
import { moveSidecar } from './move-sidecar';
import { arriveLate, letGo, moveTarget, settle } from './move-target';
import { foldNode, foldNodeRepair, foldNodeRepairPolicy, foldSight } from './fold-nodes';
import { placeApplication, placeCluster, takeInStray } from './placement';
import type { Planner } from './planner';
import { foldSidecar, foldSidecarRelease, forgetUnplaced } from './sidecars';
import { foldWebhook } from '../webhooks/fold';

/** A recorded event whose data is the domain's. */
type Recorded<Event> = Omit<RecordedEvent, 'type' | 'data'> & Event;

/** Folds one event of the log into the fleet. Unknown events leave it as it is. */
export const evolveFleet = async (fleet: Fleet, planner: Planner, event: RecordedEvent): Promise<void> => {
  switch ((PART_OF as Readonly<Record<string, keyof FleetEvents>>)[event.type]) {
    case 'cluster':
      return cluster(fleet, planner, event as Recorded<ClusterEvent>);
    case 'application':
      return application(fleet, planner, event as Recorded<ApplicationEvent>);
    case 'release':
      return release(fleet, event as Recorded<ReleaseEvent>);
    case 'run':
      return run(fleet, planner, event as Recorded<RunEvent>);
    case 'target':
      return target(fleet, planner, event as Recorded<TargetEvent>);
    case 'hold':
      return foldHold(fleet, event as Recorded<HoldEvent>);
    case 'window':
      return foldWindow(fleet, event as Recorded<WindowEvent>);
    case 'sidecar':
      return foldSidecar(fleet, planner, event as Recorded<SidecarEvent>);
    case 'sidecarRelease':
      return foldSidecarRelease(fleet, event as Recorded<SidecarReleaseEvent>);
    case 'node':
      return foldNode(fleet, event as Recorded<NodeEvent>);
    case 'nodeRepair':
      return foldNodeRepair(fleet, event as Recorded<NodeRepairEvent>);
    case 'nodeRepairPolicy':
      return foldNodeRepairPolicy(fleet, event as Recorded<NodeRepairPolicyEvent>);
    case 'webhook':
      return foldWebhook(fleet, event as Recorded<WebhookEvent>);
    case 'dependencies': // The application's own definition says the same; the stream is there to find cycles.
    case undefined:
  }
};

const cluster = async (fleet: Fleet, planner: Planner, event: Recorded<ClusterEvent>): Promise<void> => {
  const { cluster: name } = event.data;
  const { position } = event;
  const known = fleet.clusters.get(name);
  const state = clusterDecider.evolve(known?.state ?? clusterDecider.initial, event);
  if (!state.exists) return;
  const errorAt = event.type === 'ClusterUnreachable' ? event.recordedAt : known?.errorAt;
  const registered = event.type === 'ClusterRegistered' ? position : (known?.registered ?? position);
  fleet.clusters.set(name, {
    state,
    registered,
    position,
    ...(errorAt && state.unreachable ? { errorAt } : {}),
  });
  fleet.changes.clusters.add(name);
  foldSight(fleet, event);
  if (
    event.type === 'ClusterRegistered' ||
    event.type === 'ClusterForgotten' ||
    event.type === 'ClusterLabelsChanged'
  ) {
    forgetUnplaced(fleet, name);
    await placeCluster(fleet, planner, name, event);
  }
  if (event.type === 'ClusterLabelsChanged') {
    for (const member of fleet.targetsIn(name)) await planner.plan(member, event);
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
  const { run: id } = event.data;
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
  const sidecar = sidecarOf(state.application);
  if (sidecar !== undefined) return moveSidecar(fleet, planner, sidecar, event, state);
  await moveTarget(fleet, planner, event);
  if (event.type === 'RunSucceeded') await settle(fleet, planner, state, event);
  if (finishedAt && !known?.finishedAt) await letGo(fleet, planner, state, event);
};

const target = async (fleet: Fleet, planner: Planner, event: Recorded<TargetEvent>): Promise<void> => {
  const { application: name, cluster: clusterName } = event.data;
  const { position, recordedAt } = event;
  if (event.type === 'StrayFound') return takeInStray(fleet, event.data, event);
  const record = fleet.target(name, clusterName);
  if (!record) return;
  foldFlaps(record, event);
  switch (event.type) {
    case 'PlanApplied': {
      const { generation, objects, namespaces = [] } = event.data;
      record.appliedGeneration = generation;
      if (record.failure && record.failure.generation <= generation) delete record.failure;
      for (const { ref, uid, outcome } of objects) {
        const entry = record.inventory.get(keyOf(ref));
        if (!entry) continue;
        const created = outcome === 'Created' || (entry.created && entry.uid === uid);
        fleet.putInventory(record, keyOf(ref), {
          ...withoutDelay(entry),
          ref,
          created,
          position,
          ...(uid ? { uid } : {}),
        });
      }
      recordNamespaces(fleet, record, namespaces, event);
      break;
    }
    case 'ObjectsMade': {
      const { objects, namespaces = [] } = event.data;
      for (const { ref, uid } of objects) {
        const entry = record.inventory.get(keyOf(ref));
        if (entry) fleet.putInventory(record, keyOf(ref), { ...entry, uid, created: true, position });
      }
      recordNamespaces(fleet, record, namespaces, event);
      break;
    }
    case 'ApplyFailed': {
      const { generation, terminal, message, object } = event.data;
      record.failure = { generation, terminal, message, at: recordedAt, ...(object ? { object } : {}) };
      break;
    }
    case 'HealthChanged': {
      const { generation, status, message, workload } = event.data;
      const { health } = record;
      const same = health?.generation === generation && health.status === status;
      record.health = {
        generation,
        status,
        message,
        since: same ? health.since : Date.parse(recordedAt),
        ...(workload ? { workload } : {}),
      };
      await arriveLate(fleet, planner, record, event);
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
    case 'DriftFlapping': // The fields that flap are folded from the drift itself.
    case 'DriftSettled':
      break;
    case 'ObjectsPruned':
      for (const ref of event.data.objects) {
        const key = keyOf(ref);
        record.drift = withoutDrift(record, key);
        if (isPaid(record.inventory.get(key), event.data.asOf)) fleet.dropInventory(record, key);
      }
      if (record.removing && record.inventory.size === 0) return fleet.dropTarget(record, position);
      break;
    case 'DeletesDelayed':
      for (const { object, ...delay } of event.data.objects) {
        const entry = record.inventory.get(keyOf(object));
        if (!entry || entry.wanted) continue;
        fleet.putInventory(record, keyOf(object), { ...entry, delay: { ...delay, at: recordedAt } });
      }
      break;
    case 'ServiceSwitched':
      confirmSwitch(record, event.data);
      break;
    case 'IdleColourRetired':
      await retireIdle(planner, record, event.data, event);
      break;
  }
  fleet.touchTarget(record, position);
};

const foldFlaps = (record: TargetRecord, event: TargetEvent): void => {
  const flaps = evolveFlaps(record.flaps ?? {}, event);
  if (Object.keys(flaps).length > 0) record.flaps = flaps;
  else delete record.flaps;
};

const withoutDrift = (record: TargetRecord, key: string): TargetRecord['drift'] =>
  record.drift.filter(({ object }) => keyOf(object) !== key);

/** A worker that was late does not pay what became owed after it had read what is. */
const isPaid = (entry: InventoryEntry | undefined, asOf = Infinity): boolean =>
  entry?.wanted === false && entry.position <= asOf;

const withoutDelay = ({ delay: _, ...entry }: InventoryEntry): InventoryEntry => entry;
