import type {
  ApplicationState,
  ClusterState,
  Colours,
  Delay,
  DriftChange,
  Flaps,
  HealthStatus,
  Hold,
  JointPace,
  ObjectRef,
  Pace,
  RunState,
  SidecarState,
  Webhook,
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
  /** Position of the registration: whatever is older in the cluster is of a life before, and was let go of. */
  registered: number;
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

export interface WebhookRecord extends Webhook {
  readonly deleted: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly position: number;
}

export interface WindowRecord extends Window {
  deleted: boolean;
  createdAt: string;
  updatedAt: string;
  position: number;
}

export interface SidecarRecord {
  name: string;
  state: SidecarState;
  /** Release of its last run that succeeded: what applications and clusters get that join later. */
  settledRelease?: string;
  createdAt: string;
  updatedAt: string;
  position: number;
}

/** What a sidecar's runs decided about one cluster; without it, the settled release stands there. */
export interface SidecarClusterRecord {
  sidecar: string;
  cluster: string;
  release: string;
  run: string;
  /** How far the run lets the pods there go; none means that no run holds them back. */
  pace?: Pace;
  /** It goes back to a release before: an emergency, which waits for no other run. */
  back?: true;
  /** The last release that the cluster had wholly. */
  stable?: string;
  position: number;
}

/** A sidecar that a target is selected for. */
export interface JoinedSidecar {
  /** In the target's plan; none before the first. */
  release?: string;
  /** Another release is wanted, or none, and waits until no other run moves the target. */
  deferred?: true;
  /** The target is not selected any more. */
  leaving?: true;
}

export interface InventoryEntry {
  ref: ObjectRef;
  uid?: string;
  /** Keelson made the object, as opposed to having taken it over. */
  created: boolean;
  /** A Namespace that no plan names: objects of the plan needed it. It goes when nothing of Keelson's is in it any more. */
  made?: true;
  /** False makes it a tombstone: it must go and is not confirmed gone. */
  wanted: boolean;
  /** RFC 3339; since when it must go. */
  owedSince?: string;
  /** Why it is still there, as the worker told last. */
  delay?: Omit<Delay, 'object'> & { at: string };
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
  /** The run takes it back to a release before: an emergency, which waits for no sidecar. */
  back?: true;
  /** The least of what all runs let it go, the application's and the sidecars': what the drivers are held to. */
  joint?: JointPace;
  /** What a blue-green run made of it, and what stays of that under another strategy. */
  colours?: Colours;
  /** By name, in their order in the plan. */
  sidecars?: Record<string, JoinedSidecar>;
  /** When a run was last held back by another one, or let go; milliseconds since the epoch. */
  freeSince?: number;
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
  /** Fields that drifted lately, and how often; none is the rule. */
  flaps?: Flaps;
  inventory: Map<string, InventoryEntry>;
  position: number;
}
