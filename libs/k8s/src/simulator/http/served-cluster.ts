import { type ClusterState } from '../api/cluster-state';
import { type Lister } from '../api/list';
import { type WatchHub } from '../api/watch-hub';
import { type SimulatorTimings } from '../timings';
import { type RequestCounts } from './request-counts';

/** What the HTTP layer needs of a cluster. */
export interface ServedCluster {
  readonly state: ClusterState;
  readonly lister: Lister;
  readonly hub: WatchHub;
  readonly requests: RequestCounts;
  readonly timings: SimulatorTimings;
}
