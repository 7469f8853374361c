import { type KubeObject } from '@keelson/domain';
import { rfc3339 } from '../clock';
import { isObject, objectAt, textAt } from '../json';
import { ApiError, type Status, badRequest } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { commitUpdate } from './commit';
import { type DeleteOptions, deleteObject } from './delete';
import { isReady } from '../controllers/pods';
import { builtin } from './registry';
import { matchesSelector } from './selectors';
import { getObject } from './update';

const BUDGET = builtin('policy', 'PodDisruptionBudget');

const DONE: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

const EVICTION_VERSIONS: readonly unknown[] = ['policy/v1', 'policy/v1beta1', undefined];

/**
 * POST on `/pods/{name}/eviction`: deletes the pod if its budget allows, and takes it off the budget at once.
 * Source: k8s.io/kubernetes/pkg/registry/core/pod/storage/eviction.go.
 * @param options the eviction's deleteOptions
 */
export function evictPod(
  state: ClusterState,
  request: WriteRequest,
  eviction: unknown,
  options: DeleteOptions,
): Status {
  checkEviction(request, eviction);
  const pod = getObject(state, request);
  const budgets = needsBudget(pod) ? budgetsOf(state, pod) : [];
  if (budgets.length > 1) throw tooManyBudgets();
  const [budget] = budgets;
  // Tried before the budget is charged: a precondition that fails must cost nothing.
  deleteObject(state, { ...request, dryRun: true }, options);
  if (budget && !goesFree(budget, pod)) charge(state, budget, pod, request.dryRun);
  if (!request.dryRun) deleteObject(state, request, options);
  return DONE;
}

function checkEviction({ name }: WriteRequest, eviction: unknown): void {
  if (!isObject(eviction)) throw badRequest('the object provided is not an Eviction');
  const { kind = 'Eviction', apiVersion } = eviction;
  if (kind !== 'Eviction' || !EVICTION_VERSIONS.includes(apiVersion)) {
    throw badRequest(
      `Eviction cannot be handled as ${String(kind)}: no kind is registered for version ${String(apiVersion)}`,
    );
  }
  if (textAt(objectAt(eviction, 'metadata'), 'name') !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
}

/** A pod that does not run, or is going anyway, is missed by nobody. */
const needsBudget = (pod: KubeObject): boolean =>
  objectAt(pod, 'status').phase === 'Running' && pod.metadata.deletionTimestamp === undefined;

/** A pod that is not Ready is not counted as healthy, so its loss need not be charged. */
function goesFree({ spec, status }: KubeObject, pod: KubeObject): boolean {
  if (isReady(pod)) return false;
  if (textAt(spec, 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = objectAt({ status }, 'status') as Record<string, number>;
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

const budgetsOf = (state: ClusterState, { metadata }: KubeObject): readonly KubeObject[] =>
  state.store
    .list(BUDGET, metadata.namespace)
    .filter((budget) => matchesSelector(objectAt(budget, 'spec').selector, metadata.labels ?? {}));

function charge(state: ClusterState, budget: KubeObject, pod: KubeObject, dryRun: boolean): void {
  const { name, generation = 0 } = budget.metadata;
  const status = objectAt(budget, 'status');
  const allowed = Number(status.disruptionsAllowed ?? 0);
  if (Number(status.observedGeneration ?? 0) < generation) {
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (allowed <= 0) {
    const [needs, has] = [status.desiredHealthy, status.currentHealthy].map((count) => Number(count ?? 0));
    throw refused(`The disruption budget ${name} needs ${needs} healthy pods and has ${has} currently`);
  }
  const disruptedPods = {
    ...objectAt(status, 'disruptedPods'),
    [pod.metadata.name]: rfc3339(state.clock.now()),
  };
  const charged = { ...budget, status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods } };
  commitUpdate(state, BUDGET, budget, charged, { dryRun, isStatus: true });
}

const refused = (message: string, retryAfterSeconds?: number): ApiError =>
  new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

const tooManyBudgets = (): ApiError =>
  new ApiError(
    500,
    'InternalError',
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    {},
  );
