import type { ConnectionRef, Labels, UnreachableReason, WorkloadsOnForget } from './events';

export type ClusterCommand =
  | {
      readonly type: 'RegisterCluster';
      readonly cluster: string;
      readonly labels: Labels;
      readonly connection: ConnectionRef;
    }
  | { readonly type: 'ForgetCluster'; readonly workloads: WorkloadsOnForget }
  | { readonly type: 'RecordConnected'; readonly version: string }
  | { readonly type: 'RecordUnreachable'; readonly reason: UnreachableReason; readonly message: string };
