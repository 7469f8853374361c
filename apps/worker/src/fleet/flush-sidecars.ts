import type { PoolClient } from 'pg';
import type { Fleet } from './fleet';
import { write } from './write';

export const writeSidecars = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into sidecars (name, position, record)
     select r ->> 'name', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (name) do update set position = excluded.position, record = excluded.record`,
    [...fleet.changes.sidecars].map((name) => fleet.sidecars.get(name)),
  );

export const writeSidecarReleases = (fleet: Fleet, client: PoolClient): Promise<void> =>
  write(
    client,
    `insert into sidecar_releases (id, position, record)
     select r ->> 'release', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (id) do nothing`,
    [...fleet.changes.sidecarReleases.values()],
  );

export const writeSidecarClusters = async (fleet: Fleet, client: PoolClient): Promise<void> => {
  const changed = [...fleet.changes.sidecarClusters.values()];
  const recordOf = ({ sidecar, cluster }: { sidecar: string; cluster: string }) =>
    fleet.sidecarIn(sidecar, cluster);
  await write(
    client,
    `insert into sidecar_clusters (sidecar, cluster, position, record)
     select r ->> 'sidecar', r ->> 'cluster', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (sidecar, cluster) do update set position = excluded.position, record = excluded.record`,
    changed.flatMap((key) => recordOf(key) ?? []),
  );
  await write(
    client,
    `delete from sidecar_clusters s using jsonb_array_elements($1::jsonb) r
     where s.sidecar = r ->> 'sidecar' and s.cluster = r ->> 'cluster'`,
    changed.filter((key) => recordOf(key) === undefined),
  );
};
