import type { LogReader, ProjectionOptions, RecordedEvent } from '@keelson/event-store';
import { LRUCache } from 'lru-cache';
import type { PoolClient } from 'pg';
import { evolveFleet } from './evolve';
import { Fleet, type FrozenRelease, type FrozenSidecarRelease } from './fleet';
import { flushFleet, settleChanges } from './flush';
import { loadFleet } from './load';
import { Planner, type Releases } from './planner';
import { FLEET_DDL, FLEET_SCHEMA, FLEET_VERSION } from './schema';

export const FLEET_PROJECTION = 'fleet';

/** The part of the log that another worker projected is folded in memory; beyond this, reading back costs less. */
const FOLDED_AT_MOST = 10_000;
const READ_AT_ONCE = 500;
/** Releases of which the manifests are at hand: a new one is planned batches later, when its run begins. */
const KEPT = 500;

/**
 * The projection of the log into the fleet read model.
 * The fold lives in memory between batches. It is read back once at the start, outside of any batch: for 100,000 targets
 * that takes seconds, in which no command would get its position. When another worker projected in between, the memory
 * folds the same events; whenever it stands nowhere (a transaction was rolled back, a rebuild began) it is read back.
 */
export const fleetProjection = (
  log?: Pick<LogReader, 'read'>,
): Pick<ProjectionOptions, 'name' | 'version' | 'schema' | 'ddl' | 'apply' | 'warm'> => {
  let fleet = new Fleet();
  let client: PoolClient | undefined;
  const kept = new LRUCache<string, FrozenRelease>({ max: KEPT });
  const keptOfSidecars = new LRUCache<string, FrozenSidecarRelease>({ max: KEPT });
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

  const stand = (read: Fleet): void => {
    fleet = read;
    planner = new Planner(fleet, releases);
  };

  /** What others projected, folded without writing it again. Answers whether the memory stands at `to` then. */
  const follow = async (to: number): Promise<boolean> => {
    if (!log || !(fleet.position < to) || fleet.position === 0 || to - fleet.position > FOLDED_AT_MOST)
      return false;
    let after = fleet.position;
    fleet.position = Number.NaN;
    while (after < to) {
      const events = await log.read({ after, upTo: to, limit: READ_AT_ONCE });
      for (const event of events) await evolveFleet(fleet, planner, event);
      after = events.at(-1)?.position ?? to;
    }
    settleChanges(fleet);
    fleet.position = to;
    return true;
  };

  const warm = async (reading: PoolClient, position: number): Promise<void> => {
    stand(await loadFleet(reading, position));
  };

  const apply = async (events: readonly RecordedEvent[], transaction: PoolClient): Promise<void> => {
    const before = (events[0]?.position ?? 1) - 1;
    client = transaction;
    if (fleet.position !== before && !(await follow(before))) stand(await loadFleet(transaction, before));
    fleet.position = Number.NaN; // Until the batch is whole, the memory stands nowhere.
    for (const event of events) await evolveFleet(fleet, planner, event);
    for (const [id, release] of fleet.changes.releases) kept.set(id, release);
    for (const [id, release] of fleet.changes.sidecarReleases) keptOfSidecars.set(id, release);
    await flushFleet(fleet, transaction);
    fleet.position = events.at(-1)?.position ?? before;
  };

  return {
    name: FLEET_PROJECTION,
    version: FLEET_VERSION,
    schema: FLEET_SCHEMA,
    ddl: FLEET_DDL,
    apply,
    warm,
  };
};
