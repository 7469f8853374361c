import type { DomainEvent } from '../kernel/decider';
import type { ObjectRef } from '../kubernetes/objects';

/** Credentials never enter the log: `credentials` names a version in the encrypted vault. */
export interface ConnectionRef {
  readonly server: string;
  readonly credentials: string;
  readonly warnings: readonly string[];
  /** RFC 3339; when the credentials themselves say that they end. */
  readonly expiresAt?: string;
}

export type Labels = Readonly<Record<string, string>>;

/**
 * Why a cluster cannot be served. `OtherCluster`: what answers is not the cluster that the inventory is of; `Credentials`:
 * what is kept of them cannot be read.
 */
export type UnreachableReason =
  'Network' | 'Tls' | 'Timeout' | 'Unauthorized' | 'Forbidden' | 'Server' | 'OtherCluster' | 'Credentials';

export type WorkloadsOnForget = 'delete' | 'orphan';

/** Deletes that were owed to a cluster and are owed no more. */
export interface ForgottenDeletes {
  readonly total: number;
  /** The first hundred of them. */
  readonly objects: readonly { readonly application: string; readonly object: ObjectRef }[];
}

export type ClusterEvent =
  | DomainEvent<'ClusterRegistered', { cluster: string; labels: Labels; connection: ConnectionRef }>
  | DomainEvent<'ClusterLabelsChanged', { cluster: string; labels: Labels }>
  | DomainEvent<'ClusterConnectionChanged', { cluster: string; connection: ConnectionRef }>
  /** `identity`: uid of the Namespace kube-system, which is as old as the cluster and is never made again. */
  | DomainEvent<'ClusterConnected', { cluster: string; version: string; identity?: string }>
  | DomainEvent<'ClusterUnreachable', { cluster: string; reason: UnreachableReason; message: string }>
  | DomainEvent<
      'ClusterForgotten',
      { cluster: string; workloads: WorkloadsOnForget; deletes?: ForgottenDeletes }
    >;
