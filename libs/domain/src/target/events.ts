import type { DomainEvent } from '../kernel/decider';
import type { ObjectRef } from '../kubernetes/objects';

interface Of {
  readonly application: string;
  readonly cluster: string;
}

export type HealthStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'Unknown';

/** Replicas over all workloads of the target. */
export interface WorkloadCounts {
  readonly desired: number;
  readonly updated: number;
  readonly ready: number;
}

export interface AppliedObject {
  readonly ref: ObjectRef;
  readonly uid?: string;
  readonly outcome: 'Created' | 'Configured' | 'Unchanged' | 'TakenOver';
}

export interface DriftChange {
  /** JSON Pointer into the object; empty when the object itself is gone. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Field manager that made the change, where the API server says so. */
  readonly manager?: string;
  readonly at?: string;
}

/** What happened in a cluster, recorded as transitions: a heartbeat never becomes an event. */
export type TargetEvent =
  | DomainEvent<'PlanApplied', Of & { generation: number; hash: string; objects: readonly AppliedObject[] }>
  | DomainEvent<
      'ApplyFailed',
      Of & { generation: number; terminal: boolean; object?: ObjectRef; message: string }
    >
  | DomainEvent<
      'HealthChanged',
      Of & { generation: number; status: HealthStatus; message: string; workload?: WorkloadCounts }
    >
  | DomainEvent<'DriftDetected', Of & { object: ObjectRef; changes: readonly DriftChange[] }>
  | DomainEvent<'DriftCorrected', Of & { object: ObjectRef }>
  | DomainEvent<'ObjectsPruned', Of & { objects: readonly ObjectRef[] }>;
