import { type KubeObject } from '@keelson/domain';
import { readyStatusOf } from './taints';

/**
 * What the controller thinks of the cluster as a whole before it drives pods off a node:
 * - `normal`: nodes that are not Ready get their NoExecute taints
 * - `partial`: more than two nodes and 55 % of them are sick; up to 50 nodes nothing new is tainted
 * - `full`: no node is Ready; more likely the control plane is cut off, and the taints are taken back
 */
export type DisruptionMode = 'normal' | 'partial' | 'full';

/** `--unhealthy-zone-threshold` and `--large-cluster-size-threshold` of the controller manager. */
const UNHEALTHY_SHARE = 0.55;
const LARGE_CLUSTER = 50;

/**
 * The whole cluster counts as one zone. The eviction rate (0.1 nodes a second) is not simulated.
 * Source: k8s.io/kubernetes/pkg/controller/nodelifecycle/node_lifecycle_controller.go, ComputeZoneState.
 */
export function disruptionMode(nodes: readonly KubeObject[]): DisruptionMode {
  const sick = nodes.filter((node) => readyStatusOf(node) !== 'True').length;
  if (sick > 0 && sick === nodes.length) return 'full';
  const isPartial = sick > 2 && sick / nodes.length >= UNHEALTHY_SHARE && nodes.length <= LARGE_CLUSTER;
  return isPartial ? 'partial' : 'normal';
}
