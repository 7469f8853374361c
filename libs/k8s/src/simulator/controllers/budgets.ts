import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { matchesSelector } from '../api/selectors';
import { equal, objectAt } from '../json';
import { type StoreChange } from '../store/change';
import { type Controller, type ControllerContext, keyOf } from './context';
import { resolve } from './int-or-percent';
import { isActive, isReady } from './pods';
import { type WorkQueue } from './work-queue';

const BUDGET = builtin('policy', 'PodDisruptionBudget');
const POD = builtin('', 'Pod');

/** Says how many pods of each PodDisruptionBudget may be disrupted now. */
export class BudgetController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const budget = context.get(BUDGET, key);
      if (budget) this.reconcile(budget);
      return undefined;
    });
  }

  observe({ type, object }: StoreChange): void {
    if (type === BUDGET) this.queue.add(keyOf(object));
    else if (type === POD) {
      const labels = object.metadata.labels ?? {};
      for (const budget of this.context.state.store.list(BUDGET, object.metadata.namespace)) {
        if (matchesSelector(objectAt(budget, 'spec').selector, labels)) this.queue.add(keyOf(budget));
      }
    }
  }

  /** Percentages of a budget round up. */
  private reconcile(budget: KubeObject): void {
    const { selector, minAvailable, maxUnavailable } = objectAt(budget, 'spec');
    const pods = this.context.state.store
      .list(POD, budget.metadata.namespace)
      .filter((pod) => isActive(pod) && matchesSelector(selector, pod.metadata.labels ?? {}));
    const currentHealthy = pods.filter(isReady).length;
    const desiredHealthy =
      maxUnavailable === undefined
        ? resolve(minAvailable, pods.length, Math.ceil)
        : Math.max(0, pods.length - resolve(maxUnavailable, pods.length, Math.ceil));
    const status = {
      ...objectAt(budget, 'status'),
      currentHealthy,
      desiredHealthy,
      expectedPods: pods.length,
      disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
      observedGeneration: budget.metadata.generation,
    };
    if (!equal(budget.status, status)) this.context.updateStatus(BUDGET, budget, status);
  }
}
