import { type KubeObject } from '@keelson/domain';
import { objectAt } from '../../json';
import { UNSCHEDULABLE, isCordoned, isTolerated, repellingTaint, tolerationsOf } from '../nodes/taints';

/** Why a pod cannot go to a node, in the words of the scheduler; undefined when it can. */
export function misfit(pod: KubeObject, node: KubeObject): string | undefined {
  const tolerations = tolerationsOf(pod);
  if (isCordoned(node) && !isTolerated({ key: UNSCHEDULABLE, effect: 'NoSchedule' }, tolerations)) {
    return 'node(s) were unschedulable';
  }
  if (!matchesNodeSelector(objectAt(pod, 'spec').nodeSelector, node)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  const taint = repellingTaint(node, tolerations);
  return taint && `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
}

export const matchesNodeSelector = (selector: unknown, { metadata }: KubeObject): boolean =>
  Object.entries(objectAt({ selector }, 'selector')).every(
    ([label, value]) => metadata.labels?.[label] === value,
  );

/** The message of a pod that fits nowhere: each reason with the number of nodes that it holds for. */
export function nowhere(pod: KubeObject, nodes: readonly KubeObject[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const reason = misfit(pod, node);
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (nodes.length === 0) return 'no nodes available to schedule pods';
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes.length} nodes are available: ${reasons.join(', ')}.`;
}
