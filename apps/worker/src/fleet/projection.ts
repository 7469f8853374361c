import type { ProjectionOptions, RecordedEvent } from '@keelson/event-store';
import { LRUCache } from 'lru-cache';
import type { PoolClient } from 'pg';
import { evolveFleet } from './evolve';
import { Fleet, type FrozenRelease, type FrozenSidecarRelease } from './fleet';
import { flushFleet } from './flush';
import { loadFleet } from './load';
import { Planner, type Releases } from './planner';
import { FLEET_DDL, FLEET_SCHEMA, FLEET_VERSION } from './schema';

export const FLEET_PROJECTION = 'fleet';

/**
 * The projection of the log into the fleet read model.
 * The fold lives in memory between batches. Whenever a batch does not continue where the memory stands (another
 * worker projected in between, a transaction was rolled back, a rebuild began), the memory is read back first.
 */
export const fleetProjection = (): Pick<
  ProjectionOptions,
  'name' | 'version' | 'schema' | 'ddl' | 'apply'
> => {
  let fleet = new Fleet();
  let client: PoolClient | undefined;
  const kept = new LRUCache<string, FrozenRelease>({ max: 200 });
  const keptOfSidecars = new LRUCache<string, FrozenSidecarRelease>({ max: 200 });
  const load = async <Frozen extends object>(
    id: string,
    table: 'releases' | 'sidecar_releases',
    fresh: ReadonlyMap<string, Frozen>,
    cache: LRUCache<string, Frozen>,
  ): Promise<Frozen> => {
    const known = fresh.get(id) ?? cache.get(id);
    if (known) return known;
    const { rows } = await client!.query<{ record: Frozen }>(`select record from ${table} where id = $1`, [
      id,
    ]);
    if (!rows[0]) throw new Error(`release ${id} is not in the read model although an event names it`);
    cache.set(id, rows[0].record);
    return rows[0].record;
  };
  const releases: Releases = {
    release: (id) => load(id, 'releases', fleet.changes.releases, kept),
    sidecarRelease: (id) => load(id, 'sidecar_releases', fleet.changes.sidecarReleases, keptOfSidecars),
  };
  let planner = new Planner(fleet, releases);

  const apply = async (events: readonly RecordedEvent[], transaction: PoolClient): Promise<void> => {
    const before = (events[0]?.position ?? 1) - 1;
    client = transaction;
    if (fleet.position !== before) {
      fleet = await loadFleet(transaction, before);
      planner = new Planner(fleet, releases);
    }
    fleet.position = Number.NaN; // Until the batch is whole, the memory stands nowhere.
    for (const event of events) await evolveFleet(fleet, planner, event);
    await flushFleet(fleet, transaction);
    fleet.position = events.at(-1)?.position ?? before;
  };

  return { name: FLEET_PROJECTION, version: FLEET_VERSION, schema: FLEET_SCHEMA, ddl: FLEET_DDL, apply };
};
