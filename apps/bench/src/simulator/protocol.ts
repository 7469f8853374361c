import type { KubeObject } from '@keelson/domain';
import type { Access } from '../clusters/access';

/** What the benchmark and its simulator process say to each other. */

export interface Counts {
  /** Requests that could have changed something, over all clusters. */
  readonly writes: number;
  readonly applies: number;
  readonly total: number;
}

/** Plans that every cluster is to have already, as Keelson would have applied them. */
export interface Seed {
  readonly namespace: string;
  readonly plans: readonly {
    readonly application: string;
    readonly hash: string;
    readonly objects: readonly KubeObject[];
    /** By cluster, in the order in which the simulator named them. */
    readonly generations: readonly number[];
  }[];
}

export type ToSimulator =
  { readonly ask: 'counts' } | { readonly ask: 'reset' } | { readonly ask: 'seed'; readonly seed: Seed };

export type FromSimulator =
  | { readonly tell: 'ready'; readonly clusters: readonly Access[] }
  | { readonly tell: 'counts'; readonly counts: Counts }
  | { readonly tell: 'reset' }
  | { readonly tell: 'seeded' };
