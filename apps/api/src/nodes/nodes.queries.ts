import { onlineRate, phaseOfRepair, type NodeRepair, type OnlineTally } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';
import type { NodeSummaryView, NodeView } from './nodes.operations';

export interface NodeRow {
  readonly node: string;
  readonly record: {
    readonly ready: boolean;
    readonly since: string;
    readonly reason?: string;
    readonly message?: string;
    readonly online: boolean;
    readonly firstSeenAt: string;
  };
  readonly repair: NodeRepair | null;
  /** The policy that it goes by has a callback. */
  readonly asks: boolean;
}

/** By name; one row more than the page has. */
export const nodePage = async (pool: Pool, cluster: string, { limit, after }: Page): Promise<NodeRow[]> => {
  const { rows } = await pool.query<NodeRow>({
    name: 'node-page',
    text: `select n.node, n.record, r.record #> array['state', 'repairs', n.node] as repair,
                  coalesce(p.record ? 'callback', false) as asks
           from read.nodes n
           left join read.node_repairs r on r.cluster = n.cluster
           left join read.node_repair_policies p on not p.deleted
             and p.name = r.record #>> array['state', 'repairs', n.node, 'policy']
           where n.cluster = $1 and n.node > $2 order by n.node limit $3`,
    values: [cluster, after ?? '', limit + 1],
  });
  return rows;
};

export const isCluster = async (pool: Pool, cluster: string): Promise<boolean> => {
  const { rowCount } = await pool.query({
    name: 'is-cluster',
    text: 'select from read.clusters where name = $1',
    values: [cluster],
  });
  return rowCount === 1;
};

export const nodeView = ({ node, record, repair, asks }: NodeRow): NodeView => ({
  name: node,
  ready: record.ready,
  since: record.since,
  reason: record.reason ?? null,
  message: record.message ?? null,
  online: record.online,
  firstSeenAt: record.firstSeenAt,
  repair: repair && {
    id: repair.repair,
    phase: phaseOfRepair(repair, asks),
    why: repair.why,
    policy: repair.policy ?? null,
    by: repair.by ?? null,
    startedAt: new Date(repair.startedAt).toISOString(),
    message: repair.requestError ?? repair.held ?? null,
    cordonedByOthers: repair.cordon === 'other',
  },
});

/** Of every cluster that is not forgotten. */
export const tallies = async (pool: Pool): Promise<{ cluster: string; tally: OnlineTally }[]> => {
  const { rows } = await pool.query<{ cluster: string; tally: OnlineTally }>({
    name: 'node-tallies',
    text: `select t.cluster, t.record -> 'tally' as tally
           from read.node_tallies t join read.clusters c on c.name = t.cluster
           where c.phase <> 'Forgotten'`,
  });
  return rows;
};

export const nodeSummary = async (pool: Pool, now: number): Promise<NodeSummaryView> => {
  const [all, { rows }] = await Promise.all([
    tallies(pool),
    pool.query<{ total: number; ready: number; under_repair: number }>({
      name: 'node-summary',
      text: `select count(*)::int as total, count(*) filter (where n.ready)::int as ready,
                    count(*) filter (where r.record #> array['state', 'repairs', n.node] is not null)::int as under_repair
             from read.nodes n join read.clusters c on c.name = n.cluster
             left join read.node_repairs r on r.cluster = n.cluster
             where c.phase <> 'Forgotten'`,
    }),
  ]);
  const { total = 0, ready = 0, under_repair: underRepair = 0 } = rows[0] ?? {};
  const rate = onlineRate(
    all.map(({ tally }) => tally),
    now,
  );
  return { total, ready, underRepair, onlineRate: rate ?? null };
};
