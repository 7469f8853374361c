import type { KubeObject } from '../kubernetes/objects';
import type { Labels } from '../cluster';
import type { Dependency } from '../dependency';
import type { Placement } from '../placement';
import type { DisruptionBudget, Override } from '../rendering';
import type { Strategy } from '../strategy';

export type TakeOver = 'Always' | 'IfNoDiff' | 'Never';
export type DriftPolicy = 'Correct' | 'Report' | 'Ignore';

/** What an application is, before any release of it. */
export interface ApplicationDefinition {
  readonly project: string;
  readonly labels: Labels;
  readonly namespace: string;
  readonly objects: readonly KubeObject[];
  readonly placement: Placement;
  readonly overrides: readonly Override[];
  readonly strategy: Strategy;
  /** Applications that must be well in a cluster before this one is moved there. */
  readonly dependsOn: readonly Dependency[];
  readonly policy: TargetPolicy;
  /** Definitions from before there were budgets have none, and get none. */
  readonly disruptionBudget?: DisruptionBudget;
}

/** How targets are kept: read by the applier and the reconciler. */
export interface TargetPolicy {
  readonly drift: DriftPolicy;
  readonly whenToTakeOver: TakeOver;
  /** Fields that others set: what they say stays, and is no drift. */
  readonly ignoreFields?: readonly IgnoredFields[];
}

export interface IgnoredFields {
  /** Every object of this kind and name. */
  readonly target: { readonly kind: string; readonly name: string };
  /** JSON Pointers (RFC 6901) into the object; what lies below one is ignored as well. */
  readonly paths: readonly string[];
}

/** The facets are registers that share no field: a command sets one and never locks another. */
export const FACETS = [
  'project',
  'labels',
  'objects',
  'placement',
  'overrides',
  'strategy',
  'dependsOn',
  'policy',
  'disruptionBudget',
] as const;
export type Facet = (typeof FACETS)[number];
