import { refOf, type KubeObject, type ObjectRef } from '../kubernetes/objects';
import { pointer } from '../manifests/json';

export const WARNING_CODES = [
  'service-missing',
  'service-selects-nothing',
  'target-port-unknown',
  'readiness-probe-missing',
  'liveness-equals-readiness',
  'pre-stop-hook-missing',
  'grace-period-zero',
  'single-replica',
  'budget-blocks-drains',
  'budgets-overlap',
  'image-tag-mutable',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** What will hurt when pods come and go, and stops nobody. */
export interface Warning {
  /** Stable; for programs. */
  readonly code: WarningCode;
  readonly object: ObjectRef;
  /** JSON Pointer into the object: what is wrong, or where what is missing would stand. */
  readonly path: string;
  /** For people. */
  readonly message: string;
}

export const warning = (
  code: WarningCode,
  object: KubeObject,
  path: readonly (string | number)[],
  message: string,
): Warning => ({ code, object: refOf(object), path: pointer(...path), message });
