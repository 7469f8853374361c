import type { KubeObject } from '../kubernetes/objects';
import { isRecord, listAt, numberAt, stringAt } from '../manifests/json';

/** An entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** The generation that it speaks of, where its controller says so. */
  readonly observedGeneration?: number;
}

export const conditionOf = (object: KubeObject, type: string): Condition | undefined => {
  const found = listAt(object, 'status', 'conditions').find(
    (condition) => isRecord(condition) && condition.type === type,
  );
  if (found === undefined) return undefined;
  const reason = stringAt(found, 'reason');
  const message = stringAt(found, 'message');
  const observedGeneration = numberAt(found, 'observedGeneration');
  return {
    type,
    status: stringAt(found, 'status') ?? 'Unknown',
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  };
};

/** The condition when it is True. */
export const trueCondition = (object: KubeObject, type: string): Condition | undefined => {
  const condition = conditionOf(object, type);
  return condition?.status === 'True' ? condition : undefined;
};

/** `Ready is False: MinimumReplicasUnavailable: not enough replicas`, as far as it is known. */
export const describeCondition = ({ type, status, reason, message }: Condition): string =>
  [`${type} is ${status}`, reason, message].filter(Boolean).join(': ');

/** Only what the condition explains, for a condition whose type says the rest. */
export const explain = ({ type, reason, message }: Condition): string =>
  [reason, message].filter(Boolean).join(': ') || type;
