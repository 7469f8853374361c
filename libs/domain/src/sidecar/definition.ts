import type { Labels } from '../cluster';
import {
  matchesSelector,
  selects,
  type LabelSelector,
  type PlacedCluster,
  type Placement,
} from '../placement';
import { DEFAULT_STRATEGY, type Strategy } from '../strategy';
import type { SidecarContent } from './content';

/** A container of another team's, in every application that the selector matches, wherever the placement says. */
export interface SidecarDefinition extends SidecarContent {
  /** By labels of the application; the empty one matches every application. */
  readonly applicationSelector: LabelSelector;
  readonly placement: Placement;
  readonly strategy: Strategy;
}

/** As of applications: registers that share no field. */
export const SIDECAR_FACETS = [
  'containers',
  'volumes',
  'applicationSelector',
  'placement',
  'strategy',
] as const satisfies readonly (keyof SidecarDefinition)[];
export type SidecarFacet = (typeof SIDECAR_FACETS)[number];

/** A sidecar is there so that its upgrade leaves the other containers alone. */
export const DEFAULT_SIDECAR_STRATEGY: Strategy = { ...DEFAULT_STRATEGY, update: 'InPlaceIfPossible' };

/** Whether a sidecar belongs into an application's pods in a cluster. */
export const joins = (
  { applicationSelector, placement }: Pick<SidecarDefinition, 'applicationSelector' | 'placement'>,
  applicationLabels: Labels,
  cluster: PlacedCluster,
): boolean => matchesSelector(applicationSelector, applicationLabels) && selects(placement, cluster);
