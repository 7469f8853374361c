import type { KubeObject } from '../kubernetes/objects';
import { matchesSelector, type PlacedCluster } from '../placement';
import { applyOverride, type Rendered } from './apply-override';
import type { Override, Scale } from './facets';
import { withoutAutoscaledReplicas, withReplicas } from './replicas';

/** The facets that say what one application wants of a cluster. */
export interface Facets {
  /** The manifests of a revision, images merged. */
  readonly objects: readonly KubeObject[];
  readonly overrides: readonly Override[];
  /** In the order in which they were asked for. */
  readonly scales: readonly Scale[];
}

const meansOverride = ({ clusterSelector }: Override, { labels }: PlacedCluster): boolean =>
  matchesSelector(clusterSelector, labels);

const meansScale = ({ clusterSelector }: Scale, { labels }: PlacedCluster): boolean =>
  clusterSelector === undefined || matchesSelector(clusterSelector, labels);

/**
 * The objects that an application wants in one cluster. Replicas are what the manifest says, outranked by the
 * overrides in their order, outranked by the scales in theirs; under an autoscaler they are not said at all.
 * Nothing is mutated; what is not changed is shared with the input.
 *
 * Errors name override, patch and operation (`/overrides/1/patches/0/patch/2`) and the object. A scale whose
 * workload is gone is none: a scale outlives the revision that it was asked for.
 */
export const render = ({
  objects,
  overrides,
  scales,
  cluster,
}: Facets & { cluster: PlacedCluster }): Rendered => {
  let rendered = objects;
  for (const [index, override] of overrides.entries()) {
    if (!meansOverride(override, cluster)) continue;
    const result = applyOverride(rendered, override, `/overrides/${index}`);
    if (!result.ok) return result;
    rendered = result.objects;
  }
  for (const scale of scales) {
    if (meansScale(scale, cluster)) rendered = withReplicas(rendered, scale.replicas, scale.workload);
  }
  return { ok: true, objects: withoutAutoscaledReplicas(rendered) };
};

/**
 * Two clusters with the same key get equal objects from the same facets, because a cluster enters rendering only
 * by what is selected for it. Keys of different facets say nothing about each other.
 */
export const renderKey = (
  { overrides, scales }: Pick<Facets, 'overrides' | 'scales'>,
  cluster: PlacedCluster,
): string =>
  [
    overrides.map((override) => (meansOverride(override, cluster) ? '1' : '0')).join(''),
    scales.map((scale) => (meansScale(scale, cluster) ? '1' : '0')).join(''),
  ].join('.');
