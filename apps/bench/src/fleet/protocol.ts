import type { WorkerStanding } from '@keelson/worker';

/** What the benchmark and its worker process say to each other. */
export interface WorkerState extends WorkerStanding {
  /** Milliseconds of CPU that the process has used. */
  readonly cpuMs: number;
  /** Bytes, after a garbage collection. */
  readonly resident: number;
  readonly heap: number;
  /** Bytes, the most that the process has had so far. */
  readonly peak: number;
}

export type ToWorker = { readonly ask: 'standing' } | { readonly ask: 'state' } | { readonly ask: 'pass' };

export type FromWorker =
  | { readonly tell: 'started' }
  | { readonly tell: 'standing'; readonly standing: WorkerStanding }
  | { readonly tell: 'state'; readonly state: WorkerState }
  | { readonly tell: 'pass' };
