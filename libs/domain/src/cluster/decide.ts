import { accept, reject, type Decision } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import type { ClusterCommand } from './commands';
import type { ClusterEvent } from './events';
import type { ClusterState } from './state';

export const decideCluster = (state: ClusterState, command: ClusterCommand): Decision<ClusterEvent> => {
  if (command.type === 'RegisterCluster') return register(state, command);
  if (
    !state.exists ||
    (state.phase === 'Forgotten' && command.type === 'ForgetCluster' && state.workloads === command.workloads)
  ) {
    return reject('notFound', 'cluster-not-found', 'no such cluster');
  }
  const { cluster } = state;
  switch (command.type) {
    case 'ForgetCluster': {
      const { workloads, owed } = command;
      const deletes = workloads === 'orphan' && owed && owed.total > 0 ? { deletes: owed } : {};
      return accept({ type: 'ClusterForgotten', data: { cluster, workloads, ...deletes } });
    }
    case 'RecordConnected': {
      if (command.credentials !== state.connection.credentials) return accept();
      const { version, identity = state.identity } = command;
      const served = state.phase === 'Connected' || (state.phase === 'Forgotten' && !state.unreachable);
      if (served && state.version === version && state.identity === identity) return accept();
      return accept({
        type: 'ClusterConnected',
        data: { cluster, version, ...(identity ? { identity } : {}) },
      });
    }
    case 'RecordUnreachable':
      if (command.credentials !== state.connection.credentials) return accept();
      if (state.unreachable?.reason === command.reason) return accept();
      return accept({
        type: 'ClusterUnreachable',
        data: { cluster, reason: command.reason, message: command.message },
      });
  }
};

const register = (
  state: ClusterState,
  { cluster, labels, connection }: Extract<ClusterCommand, { type: 'RegisterCluster' }>,
): Decision<ClusterEvent> => {
  if (!state.exists || state.phase === 'Forgotten') {
    return accept({ type: 'ClusterRegistered', data: { cluster, labels, connection } });
  }
  const events: ClusterEvent[] = [];
  if (!sameJson(state.labels, labels))
    events.push({ type: 'ClusterLabelsChanged', data: { cluster, labels } });
  if (!sameJson(state.connection, connection))
    events.push({ type: 'ClusterConnectionChanged', data: { cluster, connection } });
  return accept(...events);
};
