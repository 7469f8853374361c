import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { type ResourceType } from '../../api/resource-type';
import { changeObject, listAt } from '../../json';
import {
  NOT_READY,
  type Taint,
  type Toleration,
  UNREACHABLE,
  taintsOf,
  tolerates,
  tolerationsOf,
} from './taints';

const NODE = builtin('', 'Node');
const POD = builtin('', 'Pod');

/**
 * What an API server adds to new Nodes and pods: a Node begins as not Ready, and a pod bears the loss of its
 * node for so long.
 * Source: k8s.io/kubernetes/plugin/pkg/admission/{nodetaint,defaulttolerationseconds}.
 */
export function admitNodesAndPods(
  tolerationMs: number,
): (type: ResourceType, object: KubeObject) => KubeObject {
  // Shared by all pods: there may be very many.
  const tolerations = [NOT_READY, UNREACHABLE].map((key) =>
    Object.freeze<Toleration>({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: Math.round(tolerationMs / 1_000),
    }),
  );
  return (type, object) => {
    if (type === NODE) return withTaint(object);
    return type === POD ? withTolerations(object, tolerations) : object;
  };
}

function withTaint(node: KubeObject): KubeObject {
  const taint: Taint = { key: NOT_READY, effect: 'NoSchedule' };
  if (taintsOf(node).some(({ key, effect }) => key === taint.key && effect === taint.effect)) return node;
  return changeObject({ ...node, spec: node.spec ?? {} }, 'spec', (spec) => ({
    ...spec,
    taints: [...listAt(spec, 'taints'), taint],
  }));
}

function withTolerations(pod: KubeObject, defaults: readonly Toleration[]): KubeObject {
  const own = tolerationsOf(pod);
  const missing = defaults.filter(
    ({ key = '' }) => !own.some((toleration) => tolerates(toleration, { key, effect: 'NoExecute' })),
  );
  if (missing.length === 0) return pod;
  const all = own.length === 0 && missing.length === defaults.length ? defaults : [...own, ...missing];
  return changeObject(pod, 'spec', (spec) => ({ ...spec, tolerations: all }));
}
