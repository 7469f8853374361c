import { describeRef, groupOf, refOf, type KubeObject } from '../kubernetes/objects';
import { stringAt, valueAt } from '../manifests/json';
import { maySelect, podSelector } from '../rendering/pod-selector';
import { isBudget } from '../rendering/with-budgets';
import type { Scene, Workload } from './scene';
import { warning, type Warning } from './warning';

/** Whether a release, or the drain of a node, takes more than it should, or cannot go on at all. */
export const disruptionWarnings = ({ objects, workloads }: Scene): Warning[] => {
  const budgets = objects.filter(isBudget);
  return [
    ...workloads.flatMap(singleReplica),
    ...budgets.flatMap((budget) => blocksDrains(budget, workloads)),
    ...budgets.flatMap((budget, index) => overlaps(budget, budgets.slice(0, index), workloads)),
  ];
};

const singleReplica = ({ object, scale }: Workload): Warning[] => {
  if (!scale || scale.autoscaled || scale.replicas !== 1 || surges(object)) return [];
  const message = 'one replica, and none comes before it goes: every release interrupts it';
  return [warning('single-replica', object, ['spec', 'replicas'], message)];
};

const surges = (object: KubeObject): boolean => {
  switch (`${groupOf(object.apiVersion)}/${object.kind}`) {
    case 'apps/Deployment':
      return (
        stringAt(object, 'spec', 'strategy', 'type') !== 'Recreate' &&
        !isZero(valueAt(object, 'spec', 'strategy', 'rollingUpdate', 'maxSurge'))
      );
    case 'apps.kruise.io/CloneSet':
      return !isZero(valueAt(object, 'spec', 'updateStrategy', 'maxSurge') ?? 0);
    default:
      return false;
  }
};

const isZero = (share: unknown): boolean => share === 0 || share === '0' || share === '0%';

const blocksDrains = (budget: KubeObject, workloads: readonly Workload[]): Warning[] => {
  const { maxUnavailable, minAvailable } = (budget['spec'] ?? {}) as Record<string, unknown>;
  const blocks = (field: string): Warning[] => {
    const message = 'it lets no pod go, so that no node that has one can be drained';
    return [warning('budget-blocks-drains', budget, ['spec', field], message)];
  };
  if (isZero(maxUnavailable)) return blocks('maxUnavailable');
  if (minAvailable === '100%') return blocks('minAvailable');
  const replicas = replicasUnder(budget, workloads);
  return replicas > 0 && countOf(minAvailable, replicas) >= replicas ? blocks('minAvailable') : [];
};

/** Of all workloads that the budget may select; 0 where an autoscaler may bring more. */
const replicasUnder = (budget: KubeObject, workloads: readonly Workload[]): number => {
  const scales = selected(budget, workloads).map(({ scale }) => scale);
  if (scales.some((scale) => !scale || scale.autoscaled)) return 0;
  return scales.reduce((sum, scale) => sum + (scale?.replicas ?? 0), 0);
};

/** As the disruption controller counts: rounded up. */
const countOf = (share: unknown, replicas: number): number => {
  if (typeof share === 'number') return share;
  return typeof share === 'string' && /^\d+%$/.test(share)
    ? Math.ceil((Number.parseInt(share, 10) * replicas) / 100)
    : 0;
};

const overlaps = (
  budget: KubeObject,
  earlier: readonly KubeObject[],
  workloads: readonly Workload[],
): Warning[] => {
  const own = selected(budget, workloads);
  const other = earlier.find((one) => selected(one, workloads).some((workload) => own.includes(workload)));
  if (!other) return [];
  const message = `${describeRef(refOf(other))} selects the same pods: the API server refuses to evict what two budgets select`;
  return [warning('budgets-overlap', budget, ['spec', 'selector'], message)];
};

const selected = (budget: KubeObject, workloads: readonly Workload[]): Workload[] => {
  const selector = podSelector(budget);
  return selector ? workloads.filter(({ pods }) => maySelect(selector, pods)) : [];
};
