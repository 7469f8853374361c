import type { DomainEvent } from '../kernel/decider';

/** Credentials never enter the log: `credentials` names a version in the encrypted vault. */
export interface ConnectionRef {
  readonly server: string;
  readonly credentials: string;
  readonly warnings: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** Why a cluster cannot be served. */
export type UnreachableReason = 'Network' | 'Tls' | 'Timeout' | 'Unauthorized' | 'Forbidden' | 'Server';

export type WorkloadsOnForget = 'delete' | 'orphan';

export type ClusterEvent =
  | DomainEvent<'ClusterRegistered', { cluster: string; labels: Labels; connection: ConnectionRef }>
  | DomainEvent<'ClusterLabelsChanged', { cluster: string; labels: Labels }>
  | DomainEvent<'ClusterConnectionChanged', { cluster: string; connection: ConnectionRef }>
  | DomainEvent<'ClusterConnected', { cluster: string; version: string }>
  | DomainEvent<'ClusterUnreachable', { cluster: string; reason: UnreachableReason; message: string }>
  | DomainEvent<'ClusterForgotten', { cluster: string; workloads: WorkloadsOnForget }>;
