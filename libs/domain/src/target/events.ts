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
  /** When that manager made it, RFC 3339, by the API server's clock. */
  readonly at?: string;
}

/** How drift ended: Keelson applied the plan, others put it right themselves, or the policy stopped looking. */
export type DriftEnd = 'Applied' | 'Undone' | 'Ignored';

/** A Namespace that no plan names and that Keelson made, because objects of the plan needed it. */
export interface MadeNamespace {
  readonly name: string;
  readonly uid: string;
}

/** An object that was not in the cluster before Keelson applied it. */
export interface MadeObject {
  readonly ref: ObjectRef;
  readonly uid: string;
}

/** An object that is owed no longer and was left in the cluster. */
export interface KeptObject {
  readonly object: ObjectRef;
  readonly reason: string;
}

/**
 * Why an object that must go is still there:
 * - `Finalizers`: it is being deleted, and these hold it; `Terminating`: it is being deleted, and nothing says by what it is held;
 * - `InUse`: deleting it would delete what is still used; `Refused`: the API server refuses; `Failed`: anything that passes.
 */
export type DelayReason = 'Finalizers' | 'Terminating' | 'InUse' | 'Refused' | 'Failed';

export interface Delay {
  readonly object: ObjectRef;
  readonly reason: DelayReason;
  readonly message: string;
  readonly finalizers?: readonly string[];
}

/** What happened in a cluster, recorded as transitions: a heartbeat never becomes an event. */
export type TargetEvent =
  | DomainEvent<
      'PlanApplied',
      Of & {
        generation: number;
        hash: string;
        objects: readonly AppliedObject[];
        namespaces?: readonly MadeNamespace[];
      }
    >
  /** Made by an apply that no `PlanApplied` tells of: one that succeeded in part, or one that put drift right. */
  | DomainEvent<'ObjectsMade', Of & { objects: readonly MadeObject[]; namespaces?: readonly MadeNamespace[] }>
  | DomainEvent<
      'ApplyFailed',
      Of & { generation: number; terminal: boolean; object?: ObjectRef; message: string }
    >
  | DomainEvent<
      'HealthChanged',
      Of & { generation: number; status: HealthStatus; message: string; workload?: WorkloadCounts }
    >
  /** `at`: when it was seen, RFC 3339; logs up to 0.1 have none. */
  | DomainEvent<'DriftDetected', Of & { object: ObjectRef; changes: readonly DriftChange[]; at?: string }>
  /** `at`, `how`: logs up to 0.1 have none. */
  | DomainEvent<'DriftCorrected', Of & { object: ObjectRef; at?: string; how?: DriftEnd }>
  /** It drifted `count` times within `window` (such as `5m`); from now on it is corrected at a growing interval. */
  | DomainEvent<
      'DriftFlapping',
      Of & { object: ObjectRef; path: string; count: number; window: string; nextCorrection: string }
    >
  /** It has stayed as planned for the whole window; `count` times it drifted since it began to flap. */
  | DomainEvent<'DriftSettled', Of & { object: ObjectRef; path: string; since: string; count: number }>
  /**
   * Nothing is owed of these any more; `kept` are those of them that are still there, because they are not ours to delete.
   * What became owed after the log position `asOf` is another matter, and was not looked at; logs up to 0.1 have none.
   */
  | DomainEvent<
      'ObjectsPruned',
      Of & { objects: readonly ObjectRef[]; kept?: readonly KeptObject[]; asOf?: number }
    >
  | DomainEvent<'DeletesDelayed', Of & { objects: readonly Delay[] }>
  /** An object that Keelson applied and that nothing wants: a worker that was late made it again after it was pruned. */
  | DomainEvent<'StrayFound', Of & { object: ObjectRef; uid: string; generation: number }>
  /** A Service was seen to select the other one of two colours. */
  | DomainEvent<
      'ServiceSwitched',
      Of & { generation: number; service: string; colour: 'blue' | 'green'; release: string }
    >
  /** A colour that its Service has left was kept for its time, and goes. */
  | DomainEvent<'IdleColourRetired', Of & { generation: number; colour: 'blue' | 'green'; release: string }>;
