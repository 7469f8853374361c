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
      readonly unreachable?: { readonly reason: UnreachableReason; readonly message: string };
      readonly workloads?: WorkloadsOnForget;
    };
