import { accept, type Decider } from '../kernel/decider';
import type { NodeEvent } from './events';

/** A node's Ready condition as its cluster shows it. Whatever is not True is not ready. */
export interface Readiness {
  readonly uid: string;
  readonly ready: boolean;
  /** When the condition changed last; milliseconds since the epoch. */
  readonly since: number;
  readonly reason: string;
  readonly message: string;
}

export type NodeCommand = { readonly cluster: string; readonly node: string } & (
  { readonly type: 'RecordReadiness'; readonly seen: Readiness } | { readonly type: 'RecordGone' }
);

export type NodeState =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly uid: string;
      readonly ready: boolean;
      /** Of the whole spell: a node that goes from False to Unknown has been away since it was False. */
      readonly since: number;
    };

/** Sightings are never refused; one that says nothing new records nothing. */
export const nodeDecider: Decider<NodeState, NodeCommand, NodeEvent> = {
  initial: { exists: false },

  decide: (state, command) => {
    const { cluster, node } = command;
    if (command.type === 'RecordGone') {
      return state.exists ? accept({ type: 'NodeGone', data: { cluster, node, uid: state.uid } }) : accept();
    }
    const { uid, ready, since, reason, message } = command.seen;
    if (state.exists && state.uid === uid && state.ready === ready) return accept();
    const data = { cluster, node, uid, at: new Date(since).toISOString() };
    return accept(
      ready ? { type: 'NodeReady', data } : { type: 'NodeNotReady', data: { ...data, reason, message } },
    );
  },

  evolve: (state, event) => {
    switch (event.type) {
      case 'NodeReady':
      case 'NodeNotReady': {
        const { uid, at } = event.data;
        return { exists: true, uid, ready: event.type === 'NodeReady', since: Date.parse(at) };
      }
      case 'NodeGone':
        return { exists: false };
      default:
        return state;
    }
  },
};

/**
 * A stream for each node: a node changes a handful of times a month, so its stream stays short for years, where one for
 * a cluster of 5,000 nodes that are all restarted once a month would grow by 10,000 events in each. Repairs, which must
 * be counted over the whole cluster, have a stream for each cluster instead: 2 % of 5,000 nodes are 900 events a month.
 */
export const nodeStream = (cluster: string, node: string): string => `node/${cluster}/${node}`;
