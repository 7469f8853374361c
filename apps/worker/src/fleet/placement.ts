import { keyOf, selects, type TargetEvent } from '@keelson/domain';
import type { Fleet } from './fleet';
import type { ApplicationRecord, ClusterRecord, InventoryEntry, Moment, TargetRecord } from './model';
import type { Planner } from './planner';
import { settleNamespaces } from './made-namespaces';
import { owed } from './tombstone';

type StrayFound = Extract<TargetEvent, { type: 'StrayFound' }>['data'];

/** Brings an application's targets in line with its placement and the clusters that exist. */
export const placeApplication = async (
  fleet: Fleet,
  planner: Planner,
  name: string,
  moment: Moment,
): Promise<void> => {
  for (const cluster of fleet.clusters.keys()) await placeTarget(fleet, planner, name, cluster, moment);
};

/** The same, seen from a cluster that joined, left or changed its labels. */
export const placeCluster = async (
  fleet: Fleet,
  planner: Planner,
  cluster: string,
  moment: Moment,
): Promise<void> => {
  for (const name of fleet.applicationNames()) await placeTarget(fleet, planner, name, cluster, moment);
};

const placeTarget = async (
  fleet: Fleet,
  planner: Planner,
  name: string,
  clusterName: string,
  moment: Moment,
): Promise<void> => {
  const application = fleet.applications.get(name);
  const cluster = fleet.clusters.get(clusterName);
  if (!application || !cluster) return;
  const target = fleet.target(name, clusterName);
  if (belongs(application, cluster)) {
    if (!target || target.removing) await admit(fleet, planner, application, clusterName, target, moment);
  } else if (target) {
    if (cluster.state.workloads === 'orphan') fleet.dropTarget(target, moment.position);
    else if (!target.removing) evict(fleet, target, moment);
  }
};

const belongs = ({ state }: ApplicationRecord, cluster: ClusterRecord): boolean =>
  state.exists &&
  cluster.state.phase !== 'Forgotten' &&
  selects(state.definition.placement, { name: cluster.state.cluster, labels: cluster.state.labels });

/** A cluster that joins gets the settled release at once; a run under way moves it on when its stage comes. */
const admit = async (
  fleet: Fleet,
  planner: Planner,
  application: ApplicationRecord,
  cluster: string,
  former: TargetRecord | undefined,
  moment: Moment,
): Promise<void> => {
  const target: TargetRecord = {
    application: application.name,
    cluster,
    removing: false,
    generation: former?.generation ?? 0,
    appliedGeneration: former?.appliedGeneration ?? 0,
    drift: [],
    inventory: former?.inventory ?? new Map<string, InventoryEntry>(),
    position: moment.position,
    ...(application.settledRelease
      ? { release: application.settledRelease, stable: application.settledRelease }
      : {}),
  };
  fleet.putTarget(target);
  fleet.touchTarget(target, moment.position);
  await planner.plan(target, moment);
};

/** The wanted state of a target that left is "nothing": every object becomes a tombstone. */
const evict = (fleet: Fleet, target: TargetRecord, moment: Moment): void => {
  const { position } = moment;
  if (target.inventory.size === 0) return fleet.dropTarget(target, position);
  target.removing = true;
  target.generation = position;
  delete target.release;
  delete target.run;
  delete target.pace;
  delete target.back;
  delete target.joint;
  delete target.colours;
  delete target.sidecars;
  delete target.freeSince;
  delete target.stable;
  delete target.version;
  delete target.revision;
  delete target.hash;
  delete target.planError;
  for (const [key, entry] of target.inventory)
    if (!entry.made) fleet.putInventory(target, key, owed(entry, moment));
  settleNamespaces(fleet, target, moment);
  if (target.inventory.size === 0) fleet.dropTarget(target, position);
  else fleet.touchTarget(target, position);
};

/**
 * What a worker that was late made again after it had been pruned is owed like any other tombstone. Where nothing of
 * the application is wanted any more, its target comes back for as long as that takes.
 */
export const takeInStray = (
  fleet: Fleet,
  { application, cluster, object: ref, uid }: StrayFound,
  { position, recordedAt }: Moment,
): void => {
  const place = fleet.clusters.get(cluster);
  if (!fleet.applications.has(application) || !place || place.state.workloads === 'orphan') return;
  let target = fleet.target(application, cluster);
  if (!target) {
    const inventory = new Map<string, InventoryEntry>();
    const nothing = { removing: true, generation: position, appliedGeneration: 0, drift: [], inventory };
    target = { application, cluster, position, ...nothing };
    fleet.putTarget(target);
  }
  const key = keyOf(ref);
  if (!target.inventory.has(key)) {
    const entry = { ref, uid, created: false, wanted: false, owedSince: recordedAt, position };
    fleet.putInventory(target, key, entry);
  }
  fleet.touchTarget(target, position);
};
