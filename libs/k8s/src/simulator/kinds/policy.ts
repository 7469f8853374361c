import { type KubeObject } from '@keelson/domain';
import { type FieldProblem, invalidValue, required } from '../api/api-error';
import { changeItems, changeObject, fill, isObject, listAt, objectAt } from '../json';

/** PodDisruptionBudget, HorizontalPodAutoscaler, NetworkPolicy and Ingress. */

export function budgetProblems(next: KubeObject): FieldProblem[] {
  const { minAvailable, maxUnavailable } = objectAt(next, 'spec');
  return minAvailable !== undefined && maxUnavailable !== undefined
    ? [invalidValue('spec', objectAt(next, 'spec'), 'minAvailable and maxUnavailable cannot be both set')]
    : [];
}

export const autoscalerDefaults = (object: KubeObject): KubeObject =>
  changeObject(object, 'spec', (spec) =>
    fill(spec, {
      minReplicas: 1,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    }),
  );

export function autoscalerProblems(next: KubeObject): FieldProblem[] {
  const spec = objectAt(next, 'spec');
  const target = objectAt(spec, 'scaleTargetRef');
  const problems: FieldProblem[] = [];
  if (!target.kind) problems.push(required('spec.scaleTargetRef.kind'));
  if (!target.name) problems.push(required('spec.scaleTargetRef.name'));
  const { minReplicas, maxReplicas } = spec;
  if (typeof maxReplicas !== 'number' || maxReplicas < 1) {
    problems.push(invalidValue('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than 0'));
  } else if (typeof minReplicas === 'number' && maxReplicas < minReplicas) {
    problems.push(
      invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'),
    );
  }
  return problems;
}

/** Egress counts as a policy type only where egress rules are written. */
export const networkPolicyDefaults = (object: KubeObject): KubeObject =>
  changeObject(object, 'spec', (spec) => {
    const policyTypes = spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
    let next = fill(spec, { policyTypes });
    for (const direction of ['ingress', 'egress']) {
      next = changeItems(next, direction, (rule) =>
        changeItems(rule, 'ports', (port) => fill(port, { protocol: 'TCP' })),
      );
    }
    return next;
  });

export const ingressDefaults = (object: KubeObject): KubeObject =>
  changeObject(object, 'spec', (spec) =>
    changeItems(spec, 'rules', (rule) =>
      changeObject(rule, 'http', (http) =>
        isObject(http) && listAt(http, 'paths').length > 0
          ? changeItems(http, 'paths', (path) => fill(path, { pathType: 'ImplementationSpecific' }))
          : http,
      ),
    ),
  );
