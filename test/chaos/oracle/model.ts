import type { KubeObject } from '@keelson/domain';
import type { Definition, Labels, Placement, Scale, Selector, SidecarDefinition } from '../script/commands';

/** What the acknowledged commands and the decisions of runs add up to. */
export interface Model {
  readonly clusters: Map<string, { registered: boolean; labels: Labels; orphanedAt?: number }>;
  readonly apps: Map<string, AppModel>;
  readonly releases: Map<string, { readonly version: string; readonly objects: readonly KubeObject[] }>;
  readonly runs: Map<string, RunModel>;
  /** By `app/cluster`. */
  readonly targets: Map<string, TargetModel>;
  readonly sidecars: Map<string, SidecarModel>;
}

export interface AppModel {
  definition?: Definition;
  scales: Scale[];
  /** Release of the last run that succeeded. */
  settled?: string;
  sequence: number;
  lastRun?: string;
}

export interface TargetModel {
  readonly app: string;
  readonly cluster: string;
  release?: string;
  /** False where a run left it between two batches. */
  whole: boolean;
  run?: string;
}

export interface RunModel {
  /** An application, or `sidecar/NAME`. */
  readonly owner: string;
  readonly release: string;
  /** The event that ended it. */
  over?: string;
  /** What became of each cluster last, by the name of the event; `Unreachable` where it failed because it was away. */
  readonly clusters: Map<string, string>;
}

export interface SidecarModel {
  definition?: SidecarDefinition;
  settled?: string;
  sequence: number;
  readonly contents: Map<string, readonly { readonly name: string; readonly image: string }[]>;
  /** What its runs decided, by cluster. */
  readonly clusters: Map<string, SidecarTarget>;
}

export interface SidecarTarget {
  release: string;
  run: string;
  /** A run has it under way, or left it so. */
  moving: boolean;
  /** It goes back: whatever its run becomes, it stays where it goes. */
  back: boolean;
  /** What it had wholly before. */
  stable?: string;
}

/** The run let it be because it was away. */
export const awaitsReturn = (last: string | undefined): boolean =>
  last === 'ClusterSetAside' || last === 'Unreachable';

export const emptyModel = (): Model => ({
  clusters: new Map(),
  apps: new Map(),
  releases: new Map(),
  runs: new Map(),
  targets: new Map(),
  sidecars: new Map(),
});

export const matches = ({ matchLabels = {} }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value);

export const isPlaced = (
  { clusterSelector, clusterNames = [] }: Placement,
  cluster: string,
  labels: Labels,
): boolean =>
  clusterNames.includes(cluster) || (clusterSelector !== undefined && matches(clusterSelector, labels));
