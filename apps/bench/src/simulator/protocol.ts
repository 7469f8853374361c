import type { Access } from '../clusters/access';

/** What the benchmark and its simulator process say to each other. */

export interface Counts {
  /** Requests that could have changed something, over all clusters. */
  readonly writes: number;
  readonly applies: number;
  readonly total: number;
}

export type ToSimulator = { readonly ask: 'counts' } | { readonly ask: 'reset' };

export type FromSimulator =
  | { readonly tell: 'ready'; readonly clusters: readonly Access[] }
  | { readonly tell: 'counts'; readonly counts: Counts }
  | { readonly tell: 'reset' };
