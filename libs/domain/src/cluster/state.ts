import type { ConnectionRef, Labels, UnreachableReason, WorkloadsOnForget } from './events';

export type ClusterPhase = 'Pending' | 'Connected' | 'Unreachable' | 'Forgotten';

export type ClusterState =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly cluster: string;
      readonly labels: Labels;
      readonly connection: ConnectionRef;
      readonly phase: ClusterPhase;
      readonly version?: string;
      /** Of the cluster that was connected last under this name. */
      readonly identity?: string;
      readonly unreachable?: { readonly reason: UnreachableReason; readonly message: string };
      readonly workloads?: WorkloadsOnForget;
    };
