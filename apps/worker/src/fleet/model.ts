import type {
  ApplicationState,
  ClusterState,
  DriftChange,
  HealthStatus,
  Hold,
  ObjectRef,
  Pace,
  RunState,
  Window,
  WorkloadCounts,
} from '@keelson/domain';

/** When something happened, by the log and by the clock of the database. */
export interface Moment {
  readonly position: number;
  readonly recordedAt: string;
}

/** One cluster; `error` is the last reason why it could not be served, kept while it is away. */
export interface ClusterRecord {
  state: Extract<ClusterState, { exists: true }>;
  errorAt?: string;
  position: number;
}

export interface ApplicationRecord {
  name: string;
  project: string;
  state: ApplicationState;
  /** Release of the last run that succeeded: what a cluster gets that joins while nothing is under way. */
  settledRelease?: string;
  createdAt: string;
  updatedAt: string;
  position: number;
}

export interface RunRecord {
  state: Extract<RunState, { exists: true }>;
  startedAt: string;
  finishedAt?: string;
  position: number;
}

/** A stop as it was placed; it stays in the table when it is released. */
export interface HoldRecord extends Hold {
  placedAt: string;
  released?: { by: string; at: string; reason?: string };
  position: number;
}

export interface WindowRecord extends Window {
  deleted: boolean;
  createdAt: string;
  updatedAt: string;
  position: number;
}

export interface InventoryEntry {
  ref: ObjectRef;
  uid?: string;
  /** Keelson made the object, as opposed to having taken it over. */
  created: boolean;
  /** False makes it a tombstone: it must go and is not confirmed gone. */
  wanted: boolean;
  position: number;
}

export interface TargetRecord {
  application: string;
  cluster: string;
  removing: boolean;
  release?: string;
  run?: string;
  /** How far the run lets the target go; none means that no run holds it back. */
  pace?: Pace;
  /** The last release that the cluster had wholly: what a run that fails takes it back to. */
  stable?: string;
  version?: string;
  revision?: string;
  generation: number;
  hash?: string;
  planError?: string;
  appliedGeneration: number;
  health?: {
    generation: number;
    status: HealthStatus;
    message: string;
    since: number;
    workload?: WorkloadCounts;
  };
  failure?: { generation: number; terminal: boolean; message: string; object?: ObjectRef; at: string };
  drift: { object: ObjectRef; at: string; changes: readonly DriftChange[] }[];
  inventory: Map<string, InventoryEntry>;
  position: number;
}
