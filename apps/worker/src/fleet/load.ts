import type { PoolClient } from 'pg';
import { Fleet } from './fleet';
import { loadNodes } from './flush-nodes';
import type {
  ApplicationRecord,
  ClusterRecord,
  HoldRecord,
  InventoryEntry,
  RunRecord,
  SidecarClusterRecord,
  SidecarRecord,
  TargetRecord,
  WebhookRecord,
  WindowRecord,
} from './model';

/** Reads the read model back into memory, as it stood at `position`. */
export const loadFleet = async (client: PoolClient, position: number): Promise<Fleet> => {
  const fleet = new Fleet();
  fleet.position = position;
  const clusters = await client.query<{ record: ClusterRecord }>('select record from clusters');
  for (const { record } of clusters.rows) fleet.clusters.set(record.state.cluster, record);
  const applications = await client.query<{ record: ApplicationRecord }>('select record from applications');
  for (const { record } of applications.rows) fleet.applications.set(record.name, record);
  const runs = await client.query<{ record: RunRecord }>('select record from runs where not over');
  for (const { record } of runs.rows) fleet.runs.set(record.state.run, record);
  const holds = await client.query<{ record: HoldRecord }>('select record from holds where not released');
  for (const { record } of holds.rows) fleet.holds.set(record.hold, record);
  const windows = await client.query<{ record: WindowRecord }>(
    'select record from windows where not deleted',
  );
  for (const { record } of windows.rows) fleet.windows.set(record.window, record);
  const webhooks = await client.query<{ record: WebhookRecord }>(
    'select record from webhooks where not deleted',
  );
  for (const { record } of webhooks.rows) fleet.webhooks.set(record.webhook, record);
  const sidecars = await client.query<{ record: SidecarRecord }>('select record from sidecars');
  for (const { record } of sidecars.rows) fleet.sidecars.set(record.name, record);
  const placed = await client.query<{ record: SidecarClusterRecord }>('select record from sidecar_clusters');
  for (const { record } of placed.rows) fleet.putSidecarIn(record);
  fleet.changes.sidecarClusters.clear();
  const targets = await client.query<{ record: Omit<TargetRecord, 'inventory'> }>(
    'select record from targets',
  );
  for (const { record } of targets.rows) fleet.putTarget({ ...record, inventory: new Map() });
  const inventory = await client.query<{
    application: string;
    cluster: string;
    key: string;
    entry: InventoryEntry;
  }>('select application, cluster, key, entry from inventory');
  for (const { application, cluster, key, entry } of inventory.rows) {
    const target = fleet.target(application, cluster);
    if (target) fleet.putInventory(target, key, entry);
  }
  fleet.changes.inventory.clear();
  await loadNodes(fleet, client);
  return fleet;
};
