import type { ObjectRef } from '@keelson/domain';
import type {
  ApplyDeps,
  Classified,
  CollectionWatches,
  LiveCache,
  NormalForms,
  PruneDeps,
} from '@keelson/k8s';
import type { PlanContents } from './desired';
import type { Observations } from './observations';
import type { TargetRecorder } from './recorder';

/** What an agent needs of the cluster that it works on. */
export interface TargetHost {
  readonly cluster: string;
  readonly deps: ApplyDeps & PruneDeps & { readonly cache: LiveCache; readonly memory: NormalForms };
  readonly contents: PlanContents;
  readonly recorder: TargetRecorder;
  readonly observations: Observations;
  /** Pods and the like, watched while a batch is under way. */
  readonly children: CollectionWatches;
  /** Aborted when the cluster is lost and when the session ends; another one once the cluster is back. */
  readonly signal: AbortSignal;
  /** Makes sure that the kinds of these objects are watched. */
  watch(refs: readonly ObjectRef[]): void;
  /** Comes back to this application after so long. */
  again(application: string, delayMs: number): void;
  /** Comes back to it as soon as another watch is open, or after so long. */
  whenWatched(application: string, atMostMs: number): void;
  /** Something went wrong that is not the cluster's fault: it is logged, and tried again. */
  stumbled(application: string, error: unknown): void;
  /** The cluster did not answer: find out whether it is lost. */
  suspect(error: Classified): void;
}
