/** What a hold covers: everything that all of the given parts name. None given: the whole fleet. */
export interface HoldScope {
  readonly application?: string;
  readonly cluster?: string;
  readonly project?: string;
}

/** A target as far as holds look at it. */
export interface HoldableTarget {
  readonly application: string;
  readonly project: string;
  readonly cluster: string;
}

export const covers = (scope: HoldScope, target: HoldableTarget): boolean =>
  (scope.application ?? target.application) === target.application &&
  (scope.project ?? target.project) === target.project &&
  (scope.cluster ?? target.cluster) === target.cluster;
