import { APPLICATION_LABEL, MADE_FOR_ANNOTATION, type KubeObject } from '@keelson/domain';
import { isDeepStrictEqual } from 'node:util';

/** The disruption budget that Keelson adds for a workload; how much it allows follows from batches and is not judged. */
export const isBudgetOf = (object: KubeObject, workload: KubeObject): boolean =>
  object.kind === 'PodDisruptionBudget' &&
  object.metadata.namespace === workload.metadata.namespace &&
  object.metadata.annotations?.[MADE_FOR_ANNOTATION] === `${workload.kind}/${workload.metadata.name}`;

/** What is wrong with a workload's budgets: there is one, it is the application's, and it selects the workload's pods. */
export const budgetsOf = (workload: any, app: string, live: readonly KubeObject[]): string[] => {
  const budgets = live.filter((object) => isBudgetOf(object, workload)) as any[];
  const what = `${workload.kind} ${workload.metadata.name}`;
  if (budgets.length !== 1) return [`${what} has ${budgets.length} disruption budgets`];
  const [{ metadata, spec }] = budgets;
  if (metadata.labels?.[APPLICATION_LABEL] !== app) return [`the budget of ${what} is not labelled ${app}`];
  return isDeepStrictEqual(spec.selector, workload.spec.selector)
    ? []
    : [`the budget of ${what} selects ${JSON.stringify(spec.selector)}`];
};
