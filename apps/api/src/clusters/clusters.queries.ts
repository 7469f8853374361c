import { onlineRate, type ClusterPhase, type Labels, type OnlineTally } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';
import type { ClusterView } from './clusters.operations';
import { expiryWarnings } from './expiry-warnings';

export interface ClusterRow {
  readonly name: string;
  readonly labels: Labels;
  readonly server: string;
  readonly warnings: string[];
  readonly expires_at: string | null;
  readonly phase: ClusterPhase;
  readonly version: string | null;
  readonly last_error: { reason: string; message: string; at: string } | null;
  readonly position: string;
  readonly last_seen: Date | null;
  readonly nodes_total: number | null;
  readonly nodes_ready: number | null;
  readonly tally: OnlineTally | null;
  readonly total: number;
  readonly converged: number;
  readonly drifted: number;
  readonly behind: number;
}

/** `converged` is what `targetPhase` calls Available; nothing is known of the targets of an unreachable cluster. */
const SELECT = `
  select c.name, c.labels, c.server, c.warnings, c.expires_at, c.phase, c.version, c.last_error, c.position,
         o.last_seen, o.nodes_total, o.nodes_ready, y.record -> 'tally' as tally, t.total, t.converged, t.drifted, t.behind
  from read.clusters c
  left join public.cluster_observations o on o.cluster = c.name
  left join read.node_tallies y on y.cluster = c.name
  cross join lateral (
    select count(*)::int as total,
           count(*) filter (where t.generation > t.applied_generation)::int as behind,
           count(*) filter (where t.drift <> '[]')::int as drifted,
           count(*) filter (where not t.removing and t.drift = '[]' and t.generation > 0
             and c.phase <> 'Unreachable'
             and t.generation <= t.applied_generation and t.health ->> 'status' = 'Current'
             and (t.health ->> 'generation')::bigint = t.generation)::int as converged
    from read.targets t where t.cluster = c.name
  ) t`;

/** By name; one row more than the page has, so that it is known whether there is a next one. */
export const clusterPage = async (pool: Pool, { limit, after }: Page): Promise<ClusterRow[]> => {
  const { rows } = await pool.query<ClusterRow>({
    name: 'cluster-page',
    text: `${SELECT} where c.name > $1 and (c.phase <> 'Forgotten' or t.total > 0) order by c.name limit $2`,
    values: [after ?? '', limit + 1],
  });
  return rows;
};

export const clusterByName = async (pool: Pool, name: string): Promise<ClusterRow | undefined> => {
  const { rows } = await pool.query<ClusterRow>({
    name: 'cluster-by-name',
    text: `${SELECT} where c.name = $1`,
    values: [name],
  });
  return rows[0];
};

export const clusterView = (row: ClusterRow, now = Date.now()): ClusterView => {
  return {
    name: row.name,
    labels: row.labels,
    server: row.server,
    phase: row.phase,
    version: row.version,
    lastSeen: row.last_seen?.toISOString() ?? null,
    nodes: {
      total: row.nodes_total ?? 0,
      ready: row.nodes_ready ?? 0,
      onlineRate: (row.tally && onlineRate([row.tally], Date.now())) ?? null,
    },
    targets: { total: row.total, converged: row.converged, drifted: row.drifted, behind: row.behind },
    warnings: [...row.warnings, ...expiryWarnings(row.expires_at ?? undefined, now)],
    ...(row.expires_at ? { credentialsExpireAt: row.expires_at } : {}),
    ...(row.last_error ? { lastError: row.last_error } : {}),
    position: Number(row.position),
  };
};
