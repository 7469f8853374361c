import type { KubeObject } from '../kubernetes/objects';
import type { Batch } from '../strategy';
import type { Rendered } from './apply-override';
import { withBudgets, type DisruptionBudget } from './with-budgets';
import { withSidecars, type RenderedSidecar } from './with-sidecars';

/** What decides about the budgets of an application. */
export interface BudgetFacets {
  /** None in definitions from before there were budgets: an upgrade brings no object into a cluster by itself. */
  readonly disruptionBudget?: DisruptionBudget;
  readonly strategy: { readonly batches: readonly Batch[] };
}

/**
 * The whole of a plan: an application's own objects, as `render` leaves them, with what is added to them. Sidecars
 * and budgets come after overrides and scales, which know nothing of them.
 */
export const complete = (
  objects: readonly KubeObject[],
  sidecars: readonly RenderedSidecar[],
  { disruptionBudget, strategy }: BudgetFacets,
): Rendered => {
  const hosting = withSidecars(objects, sidecars);
  if (!hosting.ok || disruptionBudget !== 'Auto') return hosting;
  return { ok: true, objects: withBudgets(hosting.objects, strategy.batches) };
};
