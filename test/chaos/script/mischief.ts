import type { FaultPlan } from '@keelson/k8s';

/** What is made to go wrong. What lasts is undone by the step that `until` names, or by the end. */
export type Mischief =
  | {
      readonly trick: 'kill';
      readonly process: string;
      readonly signal: 'SIGKILL' | 'SIGTERM';
      /** Without it, the process is started again at once. */
      readonly until?: number;
    }
  | { readonly trick: 'freeze'; readonly process: string; readonly until: number }
  | {
      readonly trick: 'crash-database';
      readonly signal: 'SIGKILL' | 'SIGQUIT' | 'SIGINT';
      readonly awayMs: number;
    }
  /** The whole of what is wrong with the API servers of these clusters. */
  | {
      readonly trick: 'faults';
      readonly clusters: readonly string[];
      readonly plan: FaultPlan;
      readonly until: number;
    }
  /** `silent`: the kubelet is not heard of. The others are what it says of its node. */
  | {
      readonly trick: 'sicken';
      readonly clusters: readonly string[];
      readonly nodes: readonly string[];
      readonly how: Sickness;
      readonly until: number;
    }
  | { readonly trick: 'cordon'; readonly clusters: readonly string[]; readonly until: number }
  | {
      readonly trick: 'refuse-image';
      readonly clusters: readonly string[];
      readonly image: string;
      readonly until: number;
    }
  /** Every open connection ends where it is, watches in the middle of a line included. */
  | { readonly trick: 'sever'; readonly clusters: readonly string[] }
  | { readonly trick: 'compact'; readonly clusters: readonly string[] }
  | { readonly trick: 'edit'; readonly clusters: readonly string[]; readonly object: Ref; readonly how: Edit }
  | { readonly trick: 'remove'; readonly clusters: readonly string[]; readonly object: Ref }
  | {
      readonly trick: 'plant';
      readonly clusters: readonly string[];
      readonly namespace: string;
      readonly name: string;
    };

export interface Ref {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export type Sickness = 'silent' | 'not-ready' | 'deadlocked';

/** What somebody with kubectl does to an object of ours. */
export type Edit = 'data' | 'image' | 'replicas' | 'unlabel';

export const describeMischief = (mischief: Mischief): string => {
  const { trick, ...details } = mischief;
  return `! ${trick} ${JSON.stringify(details)}`;
};
