import { policySelectsCluster, type Labels, type NodeRepairPolicy, type NodeState } from '@keelson/domain';
import type { Pool } from 'pg';

export type KnownNode = Extract<NodeState, { exists: true }>;

/** What the log says of a cluster's nodes, by name, so that only what is new is recorded. */
export const knownNodes = async (pool: Pool, cluster: string): Promise<Map<string, KnownNode>> => {
  const { rows } = await pool.query<{ node: string; uid: string; ready: boolean; since: string }>({
    name: 'known-nodes',
    text: `select node, record ->> 'uid' as uid, ready, record ->> 'since' as since
           from read.nodes where cluster = $1`,
    values: [cluster],
  });
  return new Map(
    rows.map(({ node, uid, ready, since }) => [node, { exists: true, uid, ready, since: Date.parse(since) }]),
  );
};

/** The policies that select a cluster, by name; undefined for one that was forgotten. */
export const policiesOf = async (pool: Pool, cluster: string): Promise<NodeRepairPolicy[] | undefined> => {
  const { rows } = await pool.query<{ record: NodeRepairPolicy | null; labels: Labels }>({
    name: 'node-repair-policies-of-cluster',
    text: `select p.record, c.labels
           from read.clusters c left join read.node_repair_policies p on not p.deleted
           where c.name = $1 and c.phase <> 'Forgotten' order by p.name`,
    values: [cluster],
  });
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ record, labels }) =>
    record && policySelectsCluster(record, labels) ? [record] : [],
  );
};

/** Those of the clusters whose repairs, labels or policies changed after `since`. */
export const clustersToAttend = async (
  pool: Pool,
  clusters: readonly string[],
  since: number,
): Promise<string[]> => {
  const { rows } = await pool.query<{ cluster: string }>({
    name: 'clusters-with-changed-repairs',
    text: `select c.cluster from unnest($1::text[]) as c (cluster)
           where exists (select from read.node_repair_policies p where p.position > $2)
              or exists (select from read.node_repairs r where r.cluster = c.cluster and r.position > $2)
              or exists (select from read.clusters k where k.name = c.cluster and k.position > $2)`,
    values: [clusters, since],
  });
  return rows.map(({ cluster }) => cluster);
};
