import {
  changeTally,
  noRepairs,
  nodeRepairDecider,
  tallySight,
  type ClusterEvent,
  type NodeEvent,
  type NodeRepairEvent,
  type NodeRepairPolicyEvent,
} from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Fleet } from './fleet';

type Recorded<Event> = Omit<RecordedEvent, 'type' | 'data'> & Event;

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
export const foldSight = ({ clusters, nodes }: Fleet, event: Recorded<ClusterEvent>): void => {
  const { cluster } = event.data;
  if (!nodes.tallies.has(cluster)) return;
  const isBack = event.type === 'ClusterConnected';
  // It is served for what is owed to it, and nobody says when that ends.
  if (isBack && clusters.get(cluster)?.state.phase === 'Forgotten') return;
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
