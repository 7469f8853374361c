import type { ClusterPhase, Colours, KubeObject, Labels, ObjectRef, Pace } from '@keelson/domain';
import type { Pool } from 'pg';

/** A cluster, and what this application has there. */
export interface DiffRow {
  readonly cluster: string;
  readonly labels: Labels;
  readonly phase: ClusterPhase;
  readonly credentials: string;
  readonly last_error: { readonly message: string } | null;
  readonly generation: string | null;
  readonly hash: string | null;
  readonly objects: readonly KubeObject[] | null;
  /** The release that it is at, the last that it had wholly, and how far it may go. */
  readonly release: string | null;
  readonly stable: string | null;
  readonly pace: Pace | null;
  readonly colours: Colours | null;
  /** Everything ever planned there that is not confirmed gone; not the Namespaces that were made for it. */
  readonly inventory: readonly ObjectRef[];
}

/** Every cluster that is registered, or only one. */
export const diffRows = async (pool: Pool, application: string, cluster?: string): Promise<DiffRow[]> => {
  const { rows } = await pool.query<DiffRow>({
    name: 'diff-rows',
    text: `
      select c.name as cluster, c.labels, c.phase, c.credentials, c.last_error, t.generation, t.hash, p.objects,
             t.release, t.stable, t.pace, t.colours,
             coalesce((select jsonb_agg(i.ref) from read.inventory i
                       where i.application = $1 and i.cluster = c.name
                         and not (i.wanted and i.entry ? 'made')), '[]') as inventory
      from read.clusters c
      left join read.targets t on t.application = $1 and t.cluster = c.name
      left join read.plan_contents p on p.hash = t.hash
      where c.phase <> 'Forgotten' and ($2::text is null or c.name = $2)
      order by c.name`,
    values: [application, cluster ?? null],
  });
  return rows;
};

export interface FrozenManifests {
  readonly release: string;
  readonly revision: string;
  readonly objects: readonly KubeObject[];
}

/** What these releases have, by their ids. */
export const manifestsOf = async (
  pool: Pool,
  releases: readonly string[],
): Promise<ReadonlyMap<string, FrozenManifests>> => {
  if (releases.length === 0) return new Map();
  const { rows } = await pool.query<FrozenManifests>({
    name: 'manifests-of-releases',
    text: 'select id as release, revision, objects from read.releases where id = any($1)',
    values: [releases],
  });
  return new Map(rows.map((row) => [row.release, row]));
};
