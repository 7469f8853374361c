import type { ConnectionRef, ForgottenDeletes, Labels, UnreachableReason, WorkloadsOnForget } from './events';

/** What a session saw, and with which credentials: it may be late, and those replaced meanwhile. */
interface Observed {
  readonly credentials: string;
}

export type ClusterCommand =
  | {
      readonly type: 'RegisterCluster';
      readonly cluster: string;
      readonly labels: Labels;
      readonly connection: ConnectionRef;
    }
  | {
      readonly type: 'ForgetCluster';
      readonly workloads: WorkloadsOnForget;
      /** What is owed to it now; `orphan` forgets that. */
      readonly owed?: ForgottenDeletes;
    }
  | (Observed & { readonly type: 'RecordConnected'; readonly version: string; readonly identity?: string })
  | (Observed & {
      readonly type: 'RecordUnreachable';
      readonly reason: UnreachableReason;
      readonly message: string;
    });
