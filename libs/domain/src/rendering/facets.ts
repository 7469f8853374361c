import type { LabelSelector } from '../placement';

/** One operation of RFC 6902. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  /** JSON Pointer into the object. */
  readonly path: string;
  /** For move and copy. */
  readonly from?: string;
  /** For add, replace and test. */
  readonly value?: unknown;
}

export interface ObjectPatch {
  /** Every object of this kind and name is patched, in whatever group and namespace; there must be one. */
  readonly target: { readonly kind: string; readonly name: string };
  readonly patch: readonly PatchOperation[];
}

/** A change of the manifests for some clusters. */
export interface Override {
  readonly clusterSelector: LabelSelector;
  /** For every workload that can be scaled and is not autoscaled. */
  readonly replicas?: number;
  readonly patches?: readonly ObjectPatch[];
}

/** A replica count that was asked for after the manifests were written, and outranks them. */
export interface Scale {
  readonly replicas: number;
  /** `name` or `Kind/name`; none means every workload that can be scaled. */
  readonly workload?: string;
  /** None means every cluster. */
  readonly clusterSelector?: LabelSelector;
}
