import type { Definition, Labels, SidecarDefinition } from './commands';
import type { Shape } from './manifests';

/**
 * What the script knows without looking: everything that it said itself. What it draws next depends on nothing else,
 * so a seed gives the same script on a slow machine and on a fast one.
 */
export interface ScriptState {
  step: number;
  /** Numbers commands; also marks contents, so that no two are equal. */
  commands: number;
  /** Numbers the objects that other people make: a step may have several of them in one cluster. */
  planted: number;
  readonly clusters: Map<string, { registered: boolean; labels: Labels }>;
  readonly apps: Map<string, AppState>;
  readonly sidecars: Map<string, SidecarState>;
  /** Clusters, applications and sidecars that a command of this step is about: their order would be anybody's guess. */
  readonly busy: Set<string>;
  /** Numbers of the commands that placed the holds in force. */
  holds: number[];
  /** Names of clusters, of their nodes and of processes with the step at which they are well again. */
  readonly wounds: Map<string, number>;
}

export interface AppState {
  readonly namespace: string;
  exists: boolean;
  definition: Definition;
  shape: Shape;
  /** Since it was defined last; rollbacks go to one of them. */
  versions: string[];
  /** Releases ever: what the runs are numbered by. */
  sequence: number;
}

export interface SidecarState {
  exists: boolean;
  definition: SidecarDefinition;
  sequence: number;
}

export const registeredClusters = ({ clusters }: ScriptState): string[] =>
  [...clusters].filter(([, { registered }]) => registered).map(([name]) => name);

/** Registered before this step, and not forgotten in it: a command may name them. */
export const nameableClusters = (state: ScriptState): string[] =>
  registeredClusters(state).filter((name) => !state.busy.has(name));

export const livingApps = ({ apps }: ScriptState): [string, AppState][] =>
  [...apps].filter(([, { exists }]) => exists);

/** Free of everything that lasts. */
export const isWell = ({ wounds }: ScriptState, name: string): boolean => !wounds.has(name);
