/** What the numbers of a hold follow from. */
export interface HoldInput {
  /** Pods wanted in all, and how many of them may be new. */
  readonly desired: number;
  readonly allowed: number;
  /** Ready pods of the new template. */
  readonly ready: number;
  /** Old pods that are gone already, of those wanted in all. */
  readonly gone: number;
  /** `maxUnavailable` of the hold that is in force on this very template; 0 without one. */
  readonly inForce: number;
  /** The user's own limits, as pods; not both 0. */
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export interface HoldNumbers {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/**
 * A Deployment whose new pods never become available comes to stand at `surge + unavailable` new and
 * `desired − unavailable` old pods.
 *
 * Surge first: an old pod may go for each new one that is Ready, and so many new ones are started beside the old as
 * the user's maxSurge lets. A bad image then costs no capacity. (All of a batch at once was rejected: half of 400
 * replicas would ask a cluster for 200 pods of room where its owner said 100.) Without any surge the user's
 * maxUnavailable is the pace, and capacity is what he lets go.
 *
 * `unavailable` never falls while the hold lasts: old pods that are gone are not made again, so that a smaller number
 * would only make room for new pods beyond the batch.
 */
export const holdNumbers = (input: HoldInput): HoldNumbers => {
  const { desired, ready, gone, inForce, maxSurge, maxUnavailable } = input;
  // More may be ready than this batch allows, after a scale-in or a batch that was taken back; they stay.
  const allowed = Math.max(input.allowed, Math.min(ready, desired));
  const settled = Math.min(allowed, Math.max(ready, gone, inForce));
  if (maxSurge > 0) {
    return { maxUnavailable: settled, maxSurge: Math.min(allowed - settled, maxSurge) };
  }
  const next = Math.max(ready + maxUnavailable, inForce);
  return { maxUnavailable: Math.min(allowed, next), maxSurge: 0 };
};

/** As the API has them: counts, or percentages of the replicas. */
export interface RollingNumbers {
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
}

/**
 * The same numbers for a Deployment that an autoscaler may scale between two looks at it: with the unavailability as a
 * percentage the batch keeps its share by itself. (Tried with counts: at 5 new of 10, a scale-in to 4 made all 4 new.)
 * A percentage is resolved downwards, so that up to 100 replicas there is one for each count, the next one up.
 */
export const elastic = (numbers: HoldNumbers, { allowed, desired, maxSurge }: HoldInput): RollingNumbers => {
  const { maxUnavailable: pods } = numbers;
  if (pods === 0) return numbers;
  const exact = (pods * 100) / desired;
  const percent = desired <= 100 ? Math.ceil(exact) : Math.floor(exact);
  const resolved = Math.floor((percent * desired) / 100);
  if (resolved === 0) return numbers;
  const surge = maxSurge === 0 ? 0 : Math.min(maxSurge, Math.max(allowed, pods) - resolved);
  return { maxUnavailable: `${percent}%`, maxSurge: surge };
};
