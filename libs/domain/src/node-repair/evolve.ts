import type { NodeRepairEvent } from './events';
import { own, without } from './own';
import type { NodeRepair, NodeRepairs } from './state';

export const noRepairs: NodeRepairs = { begun: 0, repairs: {}, halts: {}, ended: {} };

export const evolveRepairs = (state: NodeRepairs, event: NodeRepairEvent): NodeRepairs => {
  switch (event.type) {
    case 'NodeRepairStarted': {
      const { cluster: _, at, ...data } = event.data;
      return {
        ...state,
        begun: state.begun + 1,
        repairs: { ...state.repairs, [data.node]: { ...data, startedAt: Date.parse(at) } },
      };
    }
    case 'NodeRepairEnded': {
      const { node, repair, at, outcome } = event.data;
      const byPerson = own(state.repairs, node)?.cancelled === 'Person';
      const repairs = without(state.repairs, node);
      if (outcome === 'NodeGone') return { ...state, repairs, ended: without(state.ended, node) };
      const ended = { repair, at: Date.parse(at), ...(byPerson ? { byPerson } : {}) };
      return { ...state, repairs, ended: { ...state.ended, [node]: ended } };
    }
    case 'RepairsHalted': {
      const { cluster: _, at, ...numbers } = event.data;
      const since = own(state.halts, numbers.policy)?.since ?? Date.parse(at);
      return { ...state, halts: { ...state.halts, [numbers.policy]: { ...numbers, since } } };
    }
    case 'RepairsCalm': {
      const { policy, at } = event.data;
      const halt = own(state.halts, policy);
      if (!halt) return state;
      return { ...state, halts: { ...state.halts, [policy]: { ...halt, calmSince: Date.parse(at) } } };
    }
    case 'RepairsResumed':
      return { ...state, halts: without(state.halts, event.data.policy) };
    case 'NodeCordoned':
    case 'NodeEvictionsHeld':
    case 'NodePodsForceDeleted':
    case 'NodeDrained':
    case 'NodeCordonLifted':
    case 'NodeRepairRequestBegun':
    case 'NodeRepairRequestFailed':
    case 'NodeRepairRequested':
    case 'NodeRepaired':
    case 'NodeRepairCancelled':
    case 'NodeUncordoned': {
      const known = own(state.repairs, event.data.node);
      if (known?.repair !== event.data.repair) return state;
      return { ...state, repairs: { ...state.repairs, [known.node]: step(known, event) } };
    }
    default:
      return state;
  }
};

const step = (repair: NodeRepair, event: NodeRepairEvent): NodeRepair => {
  const at = Date.parse(event.data.at);
  switch (event.type) {
    case 'NodeCordoned': {
      const { held: _, ...rest } = repair;
      return { ...rest, cordon: event.data.ours ? 'ours' : 'other', cordonedAt: repair.cordonedAt ?? at };
    }
    case 'NodeEvictionsHeld':
      return { ...repair, held: event.data.message };
    case 'NodeDrained': {
      const { held: _, ...rest } = repair;
      return { ...rest, drainedAt: at };
    }
    case 'NodeCordonLifted': {
      const { drainedAt: _, cordon: _cordon, cordonedAt: _at, ...rest } = repair;
      return rest;
    }
    case 'NodeRepairRequestBegun':
      return { ...repair, requesting: true };
    case 'NodeRepairRequestFailed': {
      const { requesting: _, ...rest } = repair;
      return { ...(event.data.unanswered ? repair : rest), requestError: event.data.message };
    }
    case 'NodeRepairRequested': {
      const { requestError: _, requesting: __, ...rest } = repair;
      return { ...rest, requestedAt: at };
    }
    case 'NodeRepaired':
      return { ...repair, repairedAt: at };
    case 'NodeRepairCancelled':
      return { ...repair, cancelled: event.data.by === undefined ? 'Policy' : 'Person' };
    default:
      return repair;
  }
};
