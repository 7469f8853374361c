import type { DomainEvent } from '../kernel/decider';

interface OfNode {
  readonly cluster: string;
  readonly node: string;
  /** Of the Node object: one that was deleted and registered again is another node. */
  readonly uid: string;
  /** When the node's Ready condition changed, by the cluster's own clock; RFC 3339. */
  readonly at: string;
}

/** Transitions only, never a heartbeat. The first of a node is also its first sight. */
export type NodeEvent =
  | DomainEvent<'NodeReady', OfNode>
  | DomainEvent<'NodeNotReady', OfNode & { readonly reason: string; readonly message: string }>
  | DomainEvent<'NodeGone', Omit<OfNode, 'at'>>;
