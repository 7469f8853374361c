import type { IgnoredFields, KubeObject, MadeNamespace, ObjectRef } from '@keelson/domain';
import type { Classified } from '../client/classify';

/** What to do with an object that exists and that Keelson did not apply. */
export type WhenToTakeOver = 'Always' | 'IfNoDiff' | 'Never';

/** One plan for one cluster. `waves` run one after another; the objects of a wave run at once. */
export interface ApplyRequest {
  readonly application: string;
  /** The fence: a live object that carries a higher one is never overwritten. */
  readonly generation: number;
  /** The plan's content hash. */
  readonly hash: string;
  readonly waves: readonly (readonly KubeObject[])[];
  readonly whenToTakeOver: WhenToTakeOver;
  /** Fields that others set: an apply leaves them as they are. */
  readonly ignoreFields?: readonly IgnoredFields[];
  /** The application's namespace: for namespaced objects that name none. */
  readonly namespace: string;
  /** No plan was ever recorded as applied here: an attempt that nobody knows of may have made namespaces. */
  readonly isFirst?: boolean;
}

/**
 * - `Created`, `Configured`: written; `TakenOver`: written over an object that was not ours;
 * - `Unchanged`: as planned already (no request when the cache could tell);
 * - `Failed`: see `error`;
 * - `Stale`: a newer generation is live, so this whole plan is out of date;
 * - `Skipped`: not tried, because what it needs failed or the cluster stopped answering; see `error`.
 */
export type ChangeOutcome =
  'Created' | 'Configured' | 'Unchanged' | 'TakenOver' | 'Failed' | 'Stale' | 'Skipped';

export interface Change {
  readonly ref: ObjectRef;
  readonly outcome: ChangeOutcome;
  readonly uid?: string;
  readonly error?: Classified;
}

/** One change for each object of the plan, in the plan's order. */
export interface ChangeSet {
  readonly application: string;
  readonly generation: number;
  readonly hash: string;
  readonly changes: readonly Change[];
  /** Every object is as planned. */
  readonly applied: boolean;
  /** A newer generation was met: drop this plan. */
  readonly stale: boolean;
  /** Namespaces that had to be created for the plan. */
  readonly createdNamespaces: readonly MadeNamespace[];
}
