import { MADE_FOR_ANNOTATION } from '../kubernetes/marks';
import type { KubeObject } from '../kubernetes/objects';
import { listAt, stringAt } from '../manifests/json';
import { conditionOf, describeCondition, explain } from './conditions';
import { unobserved } from './generation';
import { current, failed, inProgress, type Health } from './health';

const addressOf = (object: KubeObject): string | undefined => {
  const [first] = listAt(object, 'status', 'loadBalancer', 'ingress');
  return stringAt(first, 'hostname') ?? stringAt(first, 'ip');
};

export const assessService = (service: KubeObject): Health => {
  if (stringAt(service, 'spec', 'type') !== 'LoadBalancer') return current('the service exists');
  const address = addressOf(service);
  return address === undefined
    ? inProgress('the load balancer has no address yet')
    : current(`the load balancer is at ${address}`);
};

/** Many ingress controllers never publish an address, so none is waited for. */
export const assessIngress = (ingress: KubeObject): Health => {
  const address = addressOf(ingress);
  return current(address === undefined ? 'the ingress exists' : `the ingress is at ${address}`);
};

export const assessClaim = (claim: KubeObject): Health => {
  const phase = stringAt(claim, 'status', 'phase') ?? 'Pending';
  if (phase === 'Bound') return current('the claim is bound');
  return phase === 'Lost' ? failed('the volume of the claim is lost') : inProgress(`the claim is ${phase}`);
};

/**
 * A budget is Current once its controller works with it. That it is not met at the moment is no concern of its
 * own: during a rollout it never is, and a budget larger than its workload never will be.
 * One that Keelson made keeps nobody waiting: it is in no manifest, and a kind without the scale subresource can have one
 * that is never computed.
 */
export const assessBudget = (budget: KubeObject): Health => {
  if (budget.metadata.annotations?.[MADE_FOR_ANNOTATION] !== undefined) return current('the budget exists');
  const behind = unobserved(budget, true);
  if (behind !== undefined) return inProgress(behind);
  const allowed = conditionOf(budget, 'DisruptionAllowed');
  return allowed?.reason === 'SyncFailed'
    ? inProgress(`the budget cannot be computed: ${explain(allowed)}`)
    : current('the budget is in force');
};

/**
 * An autoscaler is Current once it exists: without metrics (no metrics server, or pods too young) its workload
 * runs all the same. The message says what keeps it from scaling.
 */
export const assessAutoscaler = (autoscaler: KubeObject): Health => {
  const obstacle = ['AbleToScale', 'ScalingActive']
    .map((type) => conditionOf(autoscaler, type))
    .find((condition) => condition?.status === 'False' && condition.reason !== 'ScalingDisabled');
  return current(
    obstacle ? `the autoscaler exists; ${describeCondition(obstacle)}` : 'the autoscaler exists',
  );
};

export const assessCrd = (crd: KubeObject): Health => {
  const names = conditionOf(crd, 'NamesAccepted');
  if (names?.status === 'False') return failed(`the names are not accepted: ${explain(names)}`);
  const established = conditionOf(crd, 'Established');
  if (established?.status === 'True') return current('the definition is established');
  return inProgress(established ? describeCondition(established) : 'the definition is not established yet');
};

export const assessNamespace = (namespace: KubeObject): Health =>
  stringAt(namespace, 'status', 'phase') === 'Terminating'
    ? { status: 'Terminating', message: 'the namespace is being deleted' }
    : current('the namespace exists');

export const exists = ({ kind }: KubeObject): Health => current(`the ${kind} exists`);
