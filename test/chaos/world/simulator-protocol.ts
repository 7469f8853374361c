import type { KubeObject } from '@keelson/domain';
import type { FaultPlan } from '@keelson/k8s';
import type { Edit, Ref, Sickness } from '../script/mischief';

/** What the harness asks of the process that plays the clusters; each is answered once, in any order. */
export type Ask =
  /** Replaces everything that is wrong with its API server; an empty plan heals. */
  | { readonly ask: 'faults'; readonly cluster: string; readonly plan: FaultPlan }
  | {
      readonly ask: 'sicken';
      readonly cluster: string;
      readonly nodes: readonly string[];
      /** Without it they are well again. */
      readonly how?: Sickness;
    }
  | { readonly ask: 'cordon'; readonly cluster: string; readonly cordoned: boolean }
  | {
      readonly ask: 'refuse-image';
      readonly cluster: string;
      readonly image: string;
      readonly refused: boolean;
    }
  | { readonly ask: 'sever'; readonly cluster: string }
  | { readonly ask: 'compact'; readonly cluster: string }
  /** Answers the uid of the object, or nothing when it is not there. */
  | {
      readonly ask: 'edit';
      readonly cluster: string;
      readonly object: Ref;
      readonly how: Edit;
      readonly mark: string;
    }
  | { readonly ask: 'remove'; readonly cluster: string; readonly object: Ref }
  /** Creates a ConfigMap of somebody else's. */
  | { readonly ask: 'plant'; readonly cluster: string; readonly namespace: string; readonly name: string }
  /** Answers every object of the kinds that count. */
  | { readonly ask: 'objects'; readonly cluster: string }
  /** Answers its nodes. */
  | { readonly ask: 'nodes'; readonly cluster: string };

export interface Question {
  readonly id: number;
  readonly ask: Ask;
}

export type Told =
  | { readonly ready: Readonly<Record<string, string>> }
  | { readonly id: number; readonly answer?: unknown; readonly error?: string };

/** By `Kind/namespace/name`. */
export type LiveObjects = Readonly<Record<string, KubeObject>>;

export const liveKey = ({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

/** Who the edits are by. */
export const FOREIGN_MANAGER = 'kubectl-edit';
/** Whose a planted object is. */
export const PLANTED = { owner: 'somebody-else' } as const;
