import type { KubeObject, ObjectRef, Share, UpdateMode } from '@keelson/domain';

/** How far a target may go now, and how its pods get there. */
export interface BatchTarget {
  /** Replicas of the workload that may run the new revision; `"100%"` is the plan as it is. */
  readonly share: Share;
  readonly update: UpdateMode;
}

/** What a cluster shows of one workload. */
export interface WorkloadView {
  /** Undefined while it does not exist. */
  readonly live: KubeObject | undefined;
  /** ReplicaSets, pods and revisions of the kinds that the driver asks for, by the workload's selector. */
  readonly children: readonly KubeObject[];
}

/** A child of a workload as it was seen; what is done to it is done to this very object, or not at all. */
export interface SeenChild {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Of the plan that changed it last; 0 when none did. What a newer plan has reached is not ours to change. */
  readonly generation: number;
}

/** A change of something that the workload's controller owns; server-side apply of the workload cannot make it. */
export interface ChildPatch extends SeenChild {
  /** JSON merge patch (RFC 7386) or strategic merge patch, without uid and resourceVersion. */
  readonly type: 'merge' | 'strategic';
  readonly patch: Readonly<Record<string, unknown>>;
}

/**
 * A pod to be deleted because its controller never gets to it: an ordered StatefulSet waits for each pod to be Ready
 * before it replaces any, so that one with a bad image blocks even its own replacement
 * (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
 */
export interface ChildRemoval extends SeenChild {
  /** For people: what is wrong with it. */
  readonly why: string;
}

export interface BatchProgress {
  /** The batch is complete: so many pods of the new revision are ready, and the old ones that must go are gone. */
  readonly reached: boolean;
  /** Pods wanted in all. */
  readonly desired: number;
  /** Pods of the new revision. */
  readonly updated: number;
  /** Of these, the ready ones. */
  readonly ready: number;
  /** What is being waited for, in words. */
  readonly message: string;
}

/** What follows from what is there. The same view always gives the same step; a step that was done gives the next. */
export interface DriverStep {
  /**
   * Stands in for the plan's object until the batch is everything; then it is the plan's object, byte for byte but for
   * one thing that every workload bears at all times: the annotation TEMPLATE_ANNOTATION. It has to stay when the batches
   * are over, because it is how the next release finds out what runs. All fields of the user's are the plan's own values.
   */
  readonly object: KubeObject;
  readonly patches: readonly ChildPatch[];
  readonly removals?: readonly ChildRemoval[];
  readonly progress: BatchProgress;
  /** The update cannot be done in place, and the strategy forbids to do it otherwise. */
  readonly refused?: string;
}

export interface ChildKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Moves one kind of workload batch by batch. Pure: all state is in the objects, so that a process which was killed at
 * any step, or another one, goes on from what it finds.
 */
export interface WorkloadDriver {
  /** Kinds to look at beside the workload, in its namespace and by its selector. */
  children(update: UpdateMode): readonly ChildKind[];
  /**
   * Whether the step follows from the workload alone, so that children would only tell what is wrong with it. Left out:
   * never, once it exists.
   */
  decidesAlone?(planned: KubeObject, target: BatchTarget, live: KubeObject): boolean;
  step(planned: KubeObject, target: BatchTarget, view: WorkloadView): DriverStep;
}
