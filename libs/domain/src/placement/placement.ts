import type { FieldError } from '../kernel/decider';
import { isDnsSubdomain } from '../manifests';
import { matchesSelector, validateSelector, type LabelSelector } from './selector';

/**
 * Which clusters an application runs on: those that the selector matches, and in addition those that are named.
 * A union and not an intersection, because a name says "this one, whatever its labels". Neither given: none.
 */
export interface Placement {
  readonly clusterSelector?: LabelSelector;
  readonly clusterNames?: readonly string[];
}

/** A cluster as far as placing and rendering look at it. */
export interface PlacedCluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const selects = ({ clusterSelector, clusterNames }: Placement, cluster: PlacedCluster): boolean =>
  (clusterNames?.includes(cluster.name) ?? false) ||
  (clusterSelector !== undefined && matchesSelector(clusterSelector, cluster.labels));

/** What the type of a placement cannot say. Paths are JSON Pointers below `base`. */
export const validatePlacement = (placement: Placement, base = '/placement'): FieldError[] => [
  ...(placement.clusterSelector
    ? validateSelector(placement.clusterSelector, `${base}/clusterSelector`)
    : []),
  ...(placement.clusterNames ?? []).flatMap((name, index) =>
    isDnsSubdomain(name)
      ? []
      : [{ path: `${base}/clusterNames/${index}`, message: 'must be the name of a cluster (DNS-1123)' }],
  ),
];
