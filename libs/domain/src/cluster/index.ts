import type { Decider } from '../kernel/decider';
import type { ClusterCommand } from './commands';
import { decideCluster } from './decide';
import type { ClusterEvent } from './events';
import { evolveCluster } from './evolve';
import type { ClusterState } from './state';

export * from './commands';
export * from './events';
export * from './state';

export const clusterDecider: Decider<ClusterState, ClusterCommand, ClusterEvent> = {
  initial: { exists: false },
  decide: decideCluster,
  evolve: evolveCluster,
};

export const clusterStream = (cluster: string): string => `cluster/${cluster}`;
