import type { ClusterEvent } from './events';
import type { ClusterState } from './state';

export const evolveCluster = (state: ClusterState, event: ClusterEvent): ClusterState => {
  if (event.type === 'ClusterRegistered') {
    const { cluster, labels, connection } = event.data;
    // What is still owed is owed to the cluster that had the name before.
    const former = state.exists && state.workloads === 'delete' && state.identity;
    return {
      exists: true,
      cluster,
      labels,
      connection,
      phase: 'Pending',
      ...(former ? { identity: former } : {}),
    };
  }
  if (!state.exists) return state;
  switch (event.type) {
    case 'ClusterLabelsChanged':
      return { ...state, labels: event.data.labels };
    case 'ClusterConnectionChanged': {
      // Why the former connection did not work says nothing of this one, whose reason must not be taken for the same.
      const { unreachable: _, ...rest } = state;
      return { ...rest, connection: event.data.connection };
    }
    case 'ClusterConnected': {
      const { unreachable: _, ...rest } = state;
      return {
        ...rest,
        version: event.data.version,
        ...(event.data.identity ? { identity: event.data.identity } : {}),
        phase: state.phase === 'Forgotten' ? 'Forgotten' : 'Connected',
      };
    }
    case 'ClusterUnreachable': {
      const { reason, message } = event.data;
      return {
        ...state,
        unreachable: { reason, message },
        phase: state.phase === 'Forgotten' ? 'Forgotten' : 'Unreachable',
      };
    }
    case 'ClusterForgotten':
      return { ...state, phase: 'Forgotten', workloads: event.data.workloads };
    default:
      return state;
  }
};
