/** The answers of the API that the command shows; fields that it does not show are left out. Unknown yet is null. */

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Of every command: the log position that a later read can wait for. */
export interface Accepted {
  readonly position: number;
}

/** What a definition or a release leaves out; nothing is stopped by it. */
export interface Warning {
  readonly code: string;
  readonly path: string;
  readonly object: { readonly kind: string; readonly namespace?: string; readonly name: string };
  readonly message: string;
}

export interface ReleaseAccepted extends Accepted {
  readonly release: { readonly id: string; readonly version: string; readonly revision: string };
  readonly run: { readonly id: string };
  /** None from a server of before there were any. */
  readonly warnings?: readonly Warning[];
}

export interface Cluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: string;
  readonly version: string | null;
  readonly lastSeen: string | null;
  readonly nodes: { readonly total: number; readonly ready: number; readonly onlineRate: number | null };
  readonly targets: TargetSummary;
  readonly warnings: readonly string[];
  readonly lastError?: { readonly reason: string; readonly message: string; readonly at: string };
}

export interface TargetSummary {
  readonly total: number;
  readonly converged: number;
  readonly drifted: number;
  readonly behind: number;
}

export interface Application {
  readonly name: string;
  readonly project: string;
  readonly namespace: string | null;
  readonly phase: string;
  readonly release: { readonly version: string; readonly revision: string } | null;
  readonly activeRun: { readonly id: string; readonly phase: string } | null;
  readonly targets: TargetSummary;
}

export interface Sidecar {
  readonly name: string;
  readonly containers: readonly { readonly name: string; readonly image: string }[];
  readonly release: { readonly version: string; readonly revision: string } | null;
  readonly activeRun: { readonly id: string; readonly phase: string } | null;
  /** `released`: those whose plan has the newest release. */
  readonly targets: { readonly total: number; readonly released: number };
}

export interface SidecarTarget {
  readonly application: string;
  readonly cluster: string;
  readonly phase: string;
  readonly version: string | null;
  readonly waiting: boolean;
  readonly message?: string;
}

export interface Run {
  readonly id: string;
  readonly application: string;
  readonly version: string;
  readonly revision: string;
  readonly rollback: boolean;
  readonly phase: string;
  readonly stages: readonly RunStage[];
  readonly waiting: readonly { readonly kind: string; readonly id: string; readonly message: string }[];
  readonly override: { readonly by: string; readonly reason: string } | null;
  readonly reason?: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly position: number;
}

export interface RunStage {
  readonly name: string;
  readonly phase: string;
  readonly gates: readonly RunGate[];
  readonly clusters: readonly RunCluster[];
}

export interface RunGate {
  readonly type: string;
  readonly name?: string;
  readonly duration?: string;
  readonly side: string;
  readonly phase: string;
  readonly startedAt: string | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly measurements: readonly { readonly outcome: string; readonly message?: string }[];
}

export interface RunCluster {
  readonly name: string;
  readonly phase: string;
  /** Replicas as seen last; zeros before this run reached the cluster and after another one did. */
  readonly batch: {
    /** From 1. */
    readonly index: number;
    readonly of: number;
    readonly updated: number;
    readonly ready: number;
    readonly desired: number;
  };
  readonly message: string | null;
}

export interface Hold {
  readonly id: string;
  readonly scope: { readonly application?: string; readonly cluster?: string; readonly project?: string };
  readonly owner: string;
  readonly reason: string;
  readonly placedAt: string;
}

export interface Window {
  readonly name: string;
  readonly kind: string;
  readonly schedule: string;
  readonly duration: string;
  readonly timezone: string;
  readonly open: boolean;
  readonly changesAt: string | null;
}

export interface Node {
  readonly name: string;
  readonly ready: boolean;
  readonly since: string;
  readonly reason: string | null;
  readonly repair: {
    readonly id: string;
    readonly phase: string;
    readonly why: string;
    readonly message: string | null;
  } | null;
}

export interface NodeRepairPolicy {
  readonly name: string;
  readonly notReadyFor: string;
  readonly maxUnhealthy: number | string;
  readonly maxConcurrent: number | string;
  readonly forceDeleteAfter?: string;
  readonly callback?: { readonly url: string; readonly signed: boolean };
}

export interface Webhook {
  readonly name: string;
  readonly url: string;
  readonly signed: boolean;
  readonly types?: readonly string[];
  readonly applications?: readonly string[];
  readonly deliveries: { readonly upTo: number | null; readonly pending: number; readonly failed: number };
  readonly lastError: { readonly at: string; readonly message: string } | null;
}

export interface Delivery {
  readonly id: number;
  readonly phase: 'Pending' | 'Delivered' | 'Failed';
  readonly event: { readonly position: number; readonly type: string };
  readonly attemptCount: number;
  readonly attempts: readonly {
    readonly at: string;
    readonly status?: number;
    readonly response?: string;
    readonly error?: string;
  }[];
}

export interface Target {
  readonly cluster: string;
  readonly phase: string;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly revision: string | null;
  readonly version: string | null;
  readonly hash: string | null;
  readonly workload: { readonly desired: number; readonly updated: number; readonly ready: number };
  readonly owedDeletes: number;
  readonly owed: readonly {
    readonly object: { readonly kind: string; readonly namespace?: string; readonly name: string };
    readonly since: string;
    readonly message: string;
  }[];
  readonly drift: readonly { readonly path: string; readonly manager: string | null; readonly at: string }[];
  readonly flapping: readonly { readonly path: string; readonly nextCorrection: string }[];
  readonly lastError?: { readonly message: string };
}

export interface Drift {
  readonly object: { readonly kind: string; readonly namespace?: string; readonly name: string };
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly manager: string | null;
  readonly at: string;
  readonly detected: { readonly position: number; readonly at: string };
  readonly corrected: { readonly position: number; readonly at: string; readonly how: string | null } | null;
}

export interface AuditEvent {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  readonly reason?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly checked: number;
  readonly head: { readonly position: number; readonly chain: string };
  readonly firstBroken?: unknown;
}

export interface ObjectDiff {
  readonly object: { readonly kind: string; readonly namespace?: string; readonly name: string };
  readonly change: 'Create' | 'Update' | 'Delete';
  readonly fields: readonly { readonly path: string; readonly from?: unknown; readonly to?: unknown }[];
  readonly refused?: string;
}

export interface ClusterDiff {
  readonly cluster: string;
  readonly source: 'DryRun' | 'Plan';
  readonly why?: string;
  readonly error?: string;
  readonly changes: readonly ObjectDiff[];
  readonly unchanged: number;
}
