import {
  changeTally,
  emptyTally,
  noRepairs,
  nodeRepairDecider,
  tallySight,
  type ClusterEvent,
  type NodeEvent,
  type NodeRepairEvent,
  type NodeRepairPolicy,
  type NodeRepairPolicyEvent,
  type NodeRepairs,
  type OnlineTally,
} from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { PoolClient } from 'pg';
import type { Fleet } from './fleet';
import { write } from './write';

type Recorded<Event> = Omit<RecordedEvent, 'type' | 'data'> & Event;

export interface NodeRecord {
  readonly cluster: string;
  readonly node: string;
  readonly uid: string;
  readonly ready: boolean;
  /** Of its Ready condition, by the cluster's clock; RFC 3339. */
  readonly since: string;
  readonly reason?: string;
  readonly message?: string;
  readonly firstSeenAt: string;
  /** Ready and not under repair; what the online rate counts. */
  readonly online: boolean;
  /** Milliseconds since the epoch up to which the online rate has it. */
  readonly countedTo: number;
  readonly position: number;
}

export interface NodeRepairsRecord {
  readonly cluster: string;
  readonly state: NodeRepairs;
  readonly position: number;
}

export interface NodeTallyRecord {
  readonly cluster: string;
  readonly tally: OnlineTally;
  readonly position: number;
}

export interface NodeRepairPolicyRecord extends NodeRepairPolicy {
  readonly deleted: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly position: number;
}

/** The part of the fleet that is about nodes, and what of it the database does not have yet. */
export class FleetNodes {
  readonly nodes = new Map<string, Map<string, NodeRecord>>();
  readonly repairs = new Map<string, NodeRepairsRecord>();
  readonly tallies = new Map<string, NodeTallyRecord>();
  readonly policies = new Map<string, NodeRepairPolicyRecord>();
  readonly changed = {
    nodes: new Map<string, { cluster: string; node: string }>(),
    repairs: new Set<string>(),
    tallies: new Set<string>(),
    policies: new Set<string>(),
  };

  put(record: NodeRecord): void {
    const { cluster, node } = record;
    let ofCluster = this.nodes.get(cluster);
    if (!ofCluster) this.nodes.set(cluster, (ofCluster = new Map<string, NodeRecord>()));
    ofCluster.set(node, record);
  }

  get(cluster: string, node: string): NodeRecord | undefined {
    return this.nodes.get(cluster)?.get(node);
  }

  touch({ cluster, node }: { readonly cluster: string; readonly node: string }): void {
    this.changed.nodes.set(`${cluster}/${node}`, { cluster, node });
  }

  isUnderRepair(cluster: string, node: string): boolean {
    return Object.hasOwn(this.repairs.get(cluster)?.state.repairs ?? {}, node);
  }

  tell(cluster: string, position: number, change: (tally: OnlineTally) => OnlineTally, from: number): void {
    const tally = change(this.tallies.get(cluster)?.tally ?? emptyTally(from));
    this.tallies.set(cluster, { cluster, tally, position });
    this.changed.tallies.add(cluster);
  }
}

export const foldNode = ({ nodes }: Fleet, event: Recorded<NodeEvent>): void => {
  const { position, recordedAt } = event;
  const { cluster, node } = event.data;
  const known = nodes.get(cluster, node);
  nodes.touch({ cluster, node });
  const heard = Date.parse(recordedAt);
  if (event.type === 'NodeGone') {
    if (!known) return;
    nodes.nodes.get(cluster)?.delete(node);
    const change = { at: heard, total: -1, online: known.online ? -1 : 0 } as const;
    return nodes.tell(cluster, position, (tally) => changeTally(tally, change), heard);
  }
  const { uid, at: since } = event.data;
  const ready = event.type === 'NodeReady';
  const online = ready && !nodes.isUnderRepair(cluster, node);
  // The first sight counts from when it was heard of; a node's clock may be wrong, and never counts twice or ahead.
  const at = known ? Math.min(Math.max(Date.parse(since), known.countedTo), heard) : heard;
  const why = event.type === 'NodeNotReady' ? { reason: event.data.reason, message: event.data.message } : {};
  nodes.put({
    cluster,
    node,
    uid,
    ready,
    since,
    ...why,
    firstSeenAt: known?.firstSeenAt ?? recordedAt,
    online,
    countedTo: at,
    position,
  });
  const change = { at, total: known ? 0 : 1, online: difference(known?.online ?? false, online) } as const;
  nodes.tell(cluster, position, (tally) => changeTally(tally, change), heard);
};

/** A node is not online from the beginning of its repair to its end. */
export const foldNodeRepair = ({ nodes }: Fleet, event: Recorded<NodeRepairEvent>): void => {
  const { position, recordedAt } = event;
  const { cluster } = event.data;
  const state = nodeRepairDecider.evolve(nodes.repairs.get(cluster)?.state ?? noRepairs, event);
  nodes.repairs.set(cluster, { cluster, state, position });
  nodes.changed.repairs.add(cluster);
  if (event.type !== 'NodeRepairStarted' && event.type !== 'NodeRepairEnded') return;
  const known = nodes.get(cluster, event.data.node);
  if (!known) return;
  const online = known.ready && event.type === 'NodeRepairEnded';
  const at = Math.max(Date.parse(recordedAt), known.countedTo);
  nodes.put({ ...known, online, countedTo: at, position });
  nodes.touch(known);
  const change = { at, total: 0, online: difference(known.online, online) } as const;
  nodes.tell(cluster, position, (tally) => changeTally(tally, change), at);
};

/** A cluster that cannot be reached says nothing about its nodes, and neither does one that was forgotten. */
export const foldSight = ({ nodes }: Fleet, event: Recorded<ClusterEvent>): void => {
  const { cluster } = event.data;
  if (!nodes.tallies.has(cluster)) return;
  const isBack = event.type === 'ClusterConnected';
  if (!isBack && event.type !== 'ClusterUnreachable' && event.type !== 'ClusterForgotten') return;
  const at = Date.parse(event.recordedAt);
  nodes.tell(cluster, event.position, (tally) => tallySight(tally, at, !isBack), at);
};

/** The row of a deleted policy stays: whoever asks what has changed must find the change. */
export const foldNodeRepairPolicy = ({ nodes }: Fleet, event: Recorded<NodeRepairPolicyEvent>): void => {
  const { position, recordedAt: updatedAt } = event;
  const { policy } = event.data;
  const known = nodes.policies.get(policy);
  if (event.type === 'NodeRepairPolicyDefined') {
    const createdAt = known && !known.deleted ? known.createdAt : updatedAt;
    nodes.policies.set(policy, { ...event.data, deleted: false, createdAt, updatedAt, position });
  } else {
    if (!known) return;
    nodes.policies.set(policy, { ...known, deleted: true, updatedAt, position });
  }
  nodes.changed.policies.add(policy);
};

const difference = (before: boolean, after: boolean): -1 | 0 | 1 => (before === after ? 0 : after ? 1 : -1);

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
  await write(
    client,
    `insert into node_repair_policies (name, position, record)
     select r ->> 'policy', (r -> 'position')::bigint, r from jsonb_array_elements($1::jsonb) r
     on conflict (name) do update set position = excluded.position, record = excluded.record`,
    valuesOf(nodes.policies, changed.policies),
  );
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
