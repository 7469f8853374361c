import { type KubeObject } from '@keelson/domain';
import { isObject, listAt, objectAt } from '../../json';
import { conditionOf, conditionsOf } from '../conditions';

/** Taints of Nodes and tolerations of pods. Source: k8s.io/api/core/v1/{toleration,well_known_taints}.go. */

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  readonly timeAdded?: string;
}

export interface Toleration {
  readonly key?: string;
  /** `Equal` unless told. */
  readonly operator?: 'Exists' | 'Equal';
  readonly value?: string;
  /** Every effect unless told. */
  readonly effect?: string;
  /** How long a NoExecute taint is borne; for ever unless told. */
  readonly tolerationSeconds?: number;
}

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Keys of the taints that follow from a Node's conditions, by condition and its status. */
const TAINTED_BY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

export const taintsOf = (node: KubeObject): readonly Taint[] =>
  listAt(node.spec, 'taints').filter(isObject) as unknown as Taint[];

export const tolerationsOf = (pod: KubeObject): readonly Toleration[] =>
  listAt(pod.spec, 'tolerations').filter(isObject);

export const readyStatusOf = (node: KubeObject): string =>
  conditionOf(conditionsOf(node.status), 'Ready')?.status ?? 'Unknown';

export const isCordoned = (node: KubeObject): boolean => objectAt(node, 'spec').unschedulable === true;

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

export const isTolerated = (taint: Taint, tolerations: readonly Toleration[]): boolean =>
  tolerations.some((toleration) => tolerates(toleration, taint));

/** The first taint that keeps pods with these tolerations off the node. */
export const repellingTaint = (node: KubeObject, tolerations: readonly Toleration[]): Taint | undefined =>
  taintsOf(node).find((taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, tolerations));

/** Keys of the NoSchedule taints that a node has for its conditions and for being cordoned. */
export function repellingKeys(node: KubeObject): readonly string[] {
  const keys = conditionsOf(node.status).map(({ type, status }) => TAINTED_BY[type]?.[status]);
  return [...keys, isCordoned(node) ? UNSCHEDULABLE : undefined].filter((key) => key !== undefined);
}

const CONDITION_KEYS: ReadonlySet<string> = new Set([
  ...Object.values(TAINTED_BY).flatMap((byStatus) => Object.values(byStatus)),
  UNSCHEDULABLE,
]);

/** Whether the node lifecycle controller, and nobody else, says when this taint is there. */
export const followsConditions = ({ key, effect }: Taint): boolean =>
  (effect === 'NoSchedule' && CONDITION_KEYS.has(key)) ||
  (effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE));
