import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { matchesSelector } from '../../api/selectors';
import { equal, objectAt, without } from '../../json';
import { type StoreChange } from '../../store/change';
import { type Controller, type ControllerContext, keyOf } from '../context';
import { resolve } from '../int-or-percent';
import { isReady } from '../pods';
import { type WorkQueue } from '../work-queue';
import { expectedScale } from './expected-scale';

const BUDGET = builtin('policy', 'PodDisruptionBudget');
const POD = builtin('', 'Pod');

/** How long a granted eviction may take to show before the pod counts again; the controller's own limit. */
const DISRUPTION_MS = 120_000;

/**
 * Says how many pods of each PodDisruptionBudget may be disrupted now.
 * Source: k8s.io/kubernetes/pkg/controller/disruption/disruption.go.
 */
export class BudgetController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const budget = context.get(BUDGET, key);
      return budget && this.reconcile(budget);
    });
  }

  observe({ type, object, previous }: StoreChange): void {
    if (type === BUDGET) this.queue.add(keyOf(object));
    else if (type === POD) this.wake(object.metadata.namespace, object.metadata.labels ?? {});
    else if (type.scale && previous && type.scale.wanted(previous) !== type.scale.wanted(object)) {
      // Its pods follow, but what a share is taken of changes now.
      const labels = objectAt(objectAt(objectAt(objectAt(object, 'spec'), 'template'), 'metadata'), 'labels');
      this.wake(object.metadata.namespace, labels);
    }
  }

  private wake(namespace: string | undefined, labels: Readonly<Record<string, unknown>>): void {
    for (const budget of this.context.state.store.list(BUDGET, namespace)) {
      if (matchesSelector(objectAt(budget, 'spec').selector, labels)) this.queue.add(keyOf(budget));
    }
  }

  private reconcile(budget: KubeObject): number | undefined {
    const { selector } = objectAt(budget, 'spec');
    const pods = this.context.state.store
      .list(POD, budget.metadata.namespace)
      .filter((pod) => matchesSelector(selector, pod.metadata.labels ?? {}));
    const { expectedPods, desiredHealthy } = this.expectation(budget, pods);
    const disruptedPods = this.disrupted(budget, pods);
    const currentHealthy = pods.filter(
      (pod) => !pod.metadata.deletionTimestamp && isReady(pod) && !(pod.metadata.name in disruptedPods),
    ).length;
    const status = {
      ...without(objectAt(budget, 'status'), 'disruptedPods'),
      ...(Object.keys(disruptedPods).length > 0 ? { disruptedPods } : {}),
      currentHealthy,
      desiredHealthy,
      expectedPods,
      disruptionsAllowed: expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0,
      observedGeneration: budget.metadata.generation,
    };
    if (!equal(budget.status, status)) this.context.updateStatus(BUDGET, budget, status);
    const waits = Object.values(disruptedPods).map((since) => this.expiresIn(since));
    return waits.length > 0 ? Math.min(...waits) : undefined;
  }

  /** Shares are of the count that the pods' owners want, and round up; a plain minimum needs no owner. */
  private expectation(budget: KubeObject, pods: readonly KubeObject[]) {
    const { minAvailable, maxUnavailable } = objectAt(budget, 'spec');
    if (maxUnavailable === undefined && typeof minAvailable === 'number') {
      return { expectedPods: pods.length, desiredHealthy: minAvailable };
    }
    const expectedPods = expectedScale(this.context, pods);
    const share = resolve(maxUnavailable ?? minAvailable, expectedPods, Math.ceil);
    const desiredHealthy = maxUnavailable === undefined ? share : Math.max(0, expectedPods - share);
    return { expectedPods, desiredHealthy };
  }

  /** Pods whose eviction was granted and has not shown yet: still there, not marked, not too long ago. */
  private disrupted(budget: KubeObject, pods: readonly KubeObject[]): Readonly<Record<string, unknown>> {
    const granted = objectAt(objectAt(budget, 'status'), 'disruptedPods');
    const awaited = new Set(
      pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name),
    );
    return Object.fromEntries(
      Object.entries(granted).filter(([name, since]) => awaited.has(name) && this.expiresIn(since) > 0),
    );
  }

  private expiresIn(since: unknown): number {
    return Math.max(0, Date.parse(String(since)) + DISRUPTION_MS - this.context.now());
  }
}
