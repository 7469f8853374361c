import { withColours, type Colours } from '../blue-green';
import type { FieldError } from '../kernel/decider';
import type { KubeObject } from '../kubernetes/objects';
import type { PlacedCluster } from '../placement';
import type { Batch } from '../strategy';
import type { Rendered } from './apply-override';
import { render, type Facets } from './render';
import { withBudgets, type DisruptionBudget } from './with-budgets';
import { withSidecars, type RenderedSidecar } from './with-sidecars';

export interface TargetFacets extends Facets {
  readonly sidecars: readonly RenderedSidecar[];
  readonly budgets: BudgetFacets;
  /** The two colours of a blue-green target, with the manifests of the release that the other one is kept from. */
  readonly coloured?: { readonly colours: Colours; readonly release: string; readonly kept?: KeptRelease };
}

export interface KeptRelease {
  readonly release: string;
  readonly objects: readonly KubeObject[];
}

/** What decides about the budgets of an application. */
export interface BudgetFacets {
  /** None in definitions from before there were budgets: an upgrade brings no object into a cluster by itself. */
  readonly disruptionBudget?: DisruptionBudget;
  readonly strategy: { readonly batches: readonly Batch[] };
}

/**
 * All that a target must have. Sidecars come after overrides and scales, which know nothing of them; then the other
 * colour, rendered in the same way from its own release; and budgets last, one for each workload that there is by then.
 */
export const renderTarget = (facets: TargetFacets, cluster: PlacedCluster): Rendered => {
  const { disruptionBudget, strategy } = facets.budgets;
  const rendered = bothColours(facets, cluster);
  if (!rendered.ok || disruptionBudget !== 'Auto') return rendered;
  return { ok: true, objects: withBudgets(rendered.objects, strategy.batches) };
};

const bothColours = (facets: TargetFacets, cluster: PlacedCluster): Rendered => {
  const { sidecars, coloured } = facets;
  const whole = (objects: readonly KubeObject[]): Rendered => {
    const own = render({ ...facets, objects, cluster });
    return own.ok ? withSidecars(own.objects, sidecars) : own;
  };
  const rendered = whole(facets.objects);
  if (!rendered.ok || !coloured) return rendered;
  const { colours, release, kept: before } = coloured;
  if (!before) return withColours(rendered.objects, { colours, release });
  const kept = whole(before.objects);
  if (!kept.ok) return { ok: false, errors: kept.errors.map((error) => ofRelease(error, before.release)) };
  return withColours(rendered.objects, { colours, release, kept: kept.objects });
};

const ofRelease = ({ path, message }: FieldError, release: string): FieldError => ({
  path,
  message: `${message} (in release ${release}, whose pods are kept)`,
});
