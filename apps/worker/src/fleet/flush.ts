import type { PoolClient } from 'pg';
import { isOver } from '@keelson/domain';
import { Changes, type Fleet } from './fleet';
import { writeSidecarClusters, writeSidecarReleases, writeSidecars } from './flush-sidecars';
import { writeNodes } from './flush-nodes';
import { write, writeNamed } from './write';

/** Writes what changed since the last flush, one statement a table. */
export const flushFleet = async (fleet: Fleet, client: PoolClient): Promise<void> => {
  for (const part of [
    writeClusters,
    writeApplications,
    writeReleases,
    writeRuns,
    writeHolds,
    writeWindows,
    writeWebhooks,
    writeSidecars,
    writeSidecarReleases,
    writeSidecarClusters,
    writeContents,
    writeTargets,
    writeInventory,
    writeNodes,
  ]) {
    await part(fleet, client);
  }
  settleChanges(fleet);
};

/** The database has what changed. What is over is not looked at again, and is not kept. */
export const settleChanges = (fleet: Fleet): void => {
  const { changes } = fleet;
  for (const id of changes.runs) if (isOver(fleet.runs.get(id)!.state.phase)) fleet.runs.delete(id);
  for (const id of changes.holds) if (fleet.holds.get(id)?.released) fleet.holds.delete(id);
  for (const name of changes.windows) if (fleet.windows.get(name)?.deleted) fleet.windows.delete(name);
  for (const name of changes.webhooks) if (fleet.webhooks.get(name)?.deleted) fleet.webhooks.delete(name);
  fleet.changes = new Changes();
};

const writeClusters = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into clusters (name, position, record)
     select r #>> '{state,cluster}', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (name) do update set position = excluded.position, record = excluded.record`,
    [...fleet.changes.clusters].map((name) => fleet.clusters.get(name)),
  );

const writeApplications = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into applications (name, position, record, created_at, updated_at)
     select r ->> 'name', (r -> 'position')::bigint, r, (r ->> 'createdAt')::timestamptz, (r ->> 'updatedAt')::timestamptz
     from jsonb_array_elements($1::jsonb) r
     on conflict (name) do update set position = excluded.position, record = excluded.record,
       created_at = excluded.created_at, updated_at = excluded.updated_at`,
    [...fleet.changes.applications].map((name) => fleet.applications.get(name)),
  );

const writeReleases = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into releases (id, position, record, created_at)
     select r ->> 'release', (r -> 'position')::bigint, r, (r ->> 'createdAt')::timestamptz
     from jsonb_array_elements($1::jsonb) r
     on conflict (id) do nothing`,
    [...fleet.changes.releases.values()],
  );

const writeRuns = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into runs (id, position, over, record, started_at, finished_at)
     select r #>> '{record,state,run}', (r #> '{record,position}')::bigint, (r -> 'over')::boolean, r -> 'record',
            (r #>> '{record,startedAt}')::timestamptz, (r #>> '{record,finishedAt}')::timestamptz
     from jsonb_array_elements($1::jsonb) r
     on conflict (id) do update set position = excluded.position, over = excluded.over, record = excluded.record,
       finished_at = excluded.finished_at`,
    [...fleet.changes.runs].map((id) => {
      const record = fleet.runs.get(id)!;
      return { record, over: isOver(record.state.phase) };
    }),
  );

const writeHolds = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into holds (id, position, record)
     select r ->> 'hold', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (id) do update set position = excluded.position, record = excluded.record`,
    [...fleet.changes.holds].map((id) => fleet.holds.get(id)),
  );

const writeWindows = ({ windows, changes }: Fleet, client: PoolClient): Promise<void> =>
  writeNamed(
    client,
    { table: 'windows', key: 'window' },
    [...changes.windows].map((name) => windows.get(name)),
  );

const writeWebhooks = ({ webhooks, changes }: Fleet, client: PoolClient): Promise<void> =>
  writeNamed(
    client,
    { table: 'webhooks', key: 'webhook' },
    [...changes.webhooks].map((name) => webhooks.get(name)),
  );

const writeContents = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into plan_contents (hash, objects)
     select r ->> 'hash', r -> 'objects' from jsonb_array_elements($1::jsonb) r
     on conflict (hash) do nothing`,
    [...fleet.changes.contents].map(([hash, objects]) => ({ hash, objects })),
  );

const writeTargets = async (fleet: Fleet, client: PoolClient): Promise<void> => {
  const present = [];
  const gone = [];
  for (const key of fleet.changes.targets.values()) {
    const target = fleet.target(key.application, key.cluster);
    if (!target) gone.push(key);
    else {
      const { inventory: _, ...record } = target;
      present.push(record);
    }
  }
  await write(
    client,
    `insert into targets (application, cluster, position, record)
     select r ->> 'application', r ->> 'cluster', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (application, cluster) do update set position = excluded.position, record = excluded.record`,
    present,
  );
  await write(
    client,
    `delete from targets t using jsonb_array_elements($1::jsonb) r
     where t.application = r ->> 'application' and t.cluster = r ->> 'cluster'`,
    gone,
  );
};

const writeInventory = async (fleet: Fleet, client: PoolClient): Promise<void> => {
  const present = [];
  const gone = [];
  for (const id of fleet.changes.inventory.values()) {
    const entry = fleet.target(id.application, id.cluster)?.inventory.get(id.key);
    if (entry) present.push({ ...id, entry });
    else gone.push(id);
  }
  await write(
    client,
    `insert into inventory (application, cluster, key, position, entry)
     select r ->> 'application', r ->> 'cluster', r ->> 'key', (r #> '{entry,position}')::bigint, r -> 'entry'
     from jsonb_array_elements($1::jsonb) r
     on conflict (application, cluster, key) do update set position = excluded.position, entry = excluded.entry`,
    present,
  );
  await write(
    client,
    `delete from inventory i using jsonb_array_elements($1::jsonb) r
     where i.application = r ->> 'application' and i.cluster = r ->> 'cluster' and i.key = r ->> 'key'`,
    gone,
  );
};
