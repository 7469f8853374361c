import { resolve } from '../int-or-percent';

/**
 * The numbers of a Deployment, as pure functions.
 * Source: k8s.io/kubernetes/pkg/controller/deployment (rolling.go, sync.go, util/deployment_util.go).
 */

/** What the arithmetic knows of one ReplicaSet. */
export interface Size {
  readonly name: string;
  /** Wanted pods, `spec.replicas`. */
  readonly replicas: number;
  /** Pods that count as available. */
  readonly available: number;
  /** Its Deployment's replicas + surge when it was last scaled. */
  readonly maxReplicas: number | undefined;
  /** Sorts ReplicaSets by age. */
  readonly age: number;
}

/** How far a rolling update may go above and below the wanted replicas. */
export interface Fence {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Surge rounds up, unavailability down; if both come out as 0, one pod may be unavailable. */
export function fenceOf(replicas: number, surge: unknown, unavailable: unknown): Fence {
  const maxSurge = resolve(surge, replicas, Math.ceil);
  const down = resolve(unavailable, replicas, Math.floor);
  const maxUnavailable = maxSurge === 0 && down === 0 ? 1 : down;
  return { replicas, maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

export const RECREATE = (replicas: number): Fence => ({ replicas, maxSurge: 0, maxUnavailable: 0 });

const total = (sizes: readonly Size[]): number => sizes.reduce((sum, { replicas }) => sum + replicas, 0);

/** How many pods the new ReplicaSet may want now. */
export function newReplicas(fence: Fence, current: number, all: readonly Size[]): number {
  const room = fence.replicas + fence.maxSurge - total(all);
  if (room <= 0) return current;
  return current + Math.min(room, fence.replicas - current);
}

/** By how much each old ReplicaSet may shrink: unhealthy pods first, then what availability allows. */
export function scaleDownOld(fence: Fence, old: readonly Size[], current: Size): ReadonlyMap<string, number> {
  const target = new Map(old.map((size) => [size.name, size.replicas]));
  const minAvailable = fence.replicas - fence.maxUnavailable;
  const unavailableNew = current.replicas - current.available;
  const most = total(old) + current.replicas - minAvailable - unavailableNew;
  if (total(old) === 0 || most <= 0) return target;

  const byAge = [...old].sort((a, b) => a.age - b.age);
  const take = (size: Size, amount: number) => {
    target.set(size.name, (target.get(size.name) ?? 0) - amount);
    return amount;
  };
  let cleaned = 0;
  for (const size of byAge) {
    const unhealthy = Math.max(0, size.replicas - size.available);
    cleaned += take(size, Math.min(unhealthy, most - cleaned));
  }
  const available = [...old, current].reduce((sum, size) => sum + size.available, 0);
  let spare = available - minAvailable;
  for (const size of byAge) {
    if (spare <= 0) break;
    spare -= take(size, Math.min(target.get(size.name) ?? 0, spare));
  }
  return target;
}

/** Splits a change of the total over the ReplicaSets in proportion to their sizes; leftovers to the largest. */
export function scaleProportionally(
  fence: Fence,
  active: readonly Size[],
  fallbackMax: number,
): ReadonlyMap<string, number> {
  const allowed = fence.replicas > 0 ? fence.replicas + fence.maxSurge : 0;
  const toAdd = allowed - total(active);
  // Growing favours the newest of equals, shrinking the oldest.
  const sorted = [...active].sort(
    (a, b) => b.replicas - a.replicas || (toAdd > 0 ? b.age - a.age : a.age - b.age),
  );
  const target = new Map(sorted.map((size) => [size.name, size.replicas]));
  if (toAdd === 0) return target;
  let added = 0;
  for (const size of sorted) {
    const share = proportion(fence, size, fallbackMax, toAdd - added, toAdd > 0);
    target.set(size.name, size.replicas + share);
    added += share;
  }
  const [largest] = sorted;
  if (largest) {
    target.set(largest.name, Math.max(0, (target.get(largest.name) ?? 0) + toAdd - added));
  }
  return target;
}

function proportion(fence: Fence, size: Size, fallbackMax: number, left: number, grows: boolean): number {
  if (size.replicas === 0 || left === 0) return 0;
  const share = fraction(fence, size, fallbackMax);
  return grows ? Math.min(share, left) : Math.max(share, left);
}

function fraction(fence: Fence, size: Size, fallbackMax: number): number {
  if (fence.replicas === 0) return -size.replicas;
  const before = size.maxReplicas ?? fallbackMax;
  if (before === 0) return 0;
  return roundHalfAway((size.replicas * (fence.replicas + fence.maxSurge)) / before) - size.replicas;
}

/** Go's integer.RoundToInt32: halves away from zero. */
const roundHalfAway = (value: number): number =>
  value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5);
