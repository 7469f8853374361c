import type { PoolClient } from 'pg';
import type { Fleet } from './fleet';
import type { NodeRecord, NodeRepairPolicyRecord, NodeRepairsRecord, NodeTallyRecord } from './fleet-nodes';
import { write, writeNamed } from './write';

export const writeNodes = async ({ nodes }: Fleet, client: PoolClient): Promise<void> => {
  const { changed } = nodes;
  const touched = [...changed.nodes.values()].map((of) => ({ of, record: nodes.get(of.cluster, of.node) }));
  await write(
    client,
    `insert into nodes (cluster, node, position, record)
     select r ->> 'cluster', r ->> 'node', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (cluster, node) do update set position = excluded.position, record = excluded.record`,
    touched.flatMap(({ record }) => record ?? []),
  );
  await write(
    client,
    `delete from nodes n using jsonb_array_elements($1::jsonb) r
     where n.cluster = r ->> 'cluster' and n.node = r ->> 'node'`,
    touched.flatMap(({ of, record }) => (record ? [] : of)),
  );
  const ofClusters = (table: string): string =>
    `insert into ${table} (cluster, position, record)
     select r ->> 'cluster', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (cluster) do update set position = excluded.position, record = excluded.record`;
  await write(client, ofClusters('node_repairs'), valuesOf(nodes.repairs, changed.repairs));
  await write(client, ofClusters('node_tallies'), valuesOf(nodes.tallies, changed.tallies));
  const policies = { table: 'node_repair_policies', key: 'policy' };
  await writeNamed(client, policies, valuesOf(nodes.policies, changed.policies));
  for (const each of Object.values(changed)) each.clear();
};

const valuesOf = <Record>(of: ReadonlyMap<string, Record>, names: ReadonlySet<string>): Record[] =>
  [...names].flatMap((name) => of.get(name) ?? []);

/** Reads back what `writeNodes` wrote. */
export const loadNodes = async ({ nodes }: Fleet, client: PoolClient): Promise<void> => {
  const read = async <Record>(table: string): Promise<Record[]> => {
    const { rows } = await client.query<{ record: Record }>(`select record from ${table}`);
    return rows.map(({ record }) => record);
  };
  for (const record of await read<NodeRecord>('nodes')) nodes.put(record);
  for (const record of await read<NodeRepairsRecord>('node_repairs'))
    nodes.repairs.set(record.cluster, record);
  for (const record of await read<NodeTallyRecord>('node_tallies')) nodes.tallies.set(record.cluster, record);
  for (const record of await read<NodeRepairPolicyRecord>('node_repair_policies'))
    nodes.policies.set(record.policy, record);
};
