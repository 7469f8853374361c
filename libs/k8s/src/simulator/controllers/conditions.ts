import { isObject, listAt } from '../json';

/** An entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
  /** Of a Node's condition: when it was last confirmed. */
  readonly lastHeartbeatTime?: string;
}

export const conditionsOf = (status: unknown): readonly Condition[] =>
  listAt(status, 'conditions').filter(isObject) as unknown as Condition[];

export const conditionOf = (conditions: readonly Condition[], type: string): Condition | undefined =>
  conditions.find((condition) => condition.type === type);

/** Sets a condition; its transition time moves only with its status. The same list if nothing changes. */
export function withCondition(
  conditions: readonly Condition[],
  wanted: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): readonly Condition[] {
  const current = conditionOf(conditions, wanted.type);
  if (
    current &&
    current.status === wanted.status &&
    current.reason === wanted.reason &&
    current.message === wanted.message
  ) {
    return conditions;
  }
  const lastTransitionTime = current?.status === wanted.status ? current.lastTransitionTime : now;
  const next: Condition = { ...wanted, lastTransitionTime: lastTransitionTime ?? now };
  return current
    ? conditions.map((condition) => (condition === current ? next : condition))
    : [...conditions, next];
}
