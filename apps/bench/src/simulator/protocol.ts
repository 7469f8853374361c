import type { KubeObject } from '@keelson/domain';
import type { FaultPlan } from '@keelson/k8s';
import type { Access } from '../clusters/access';

/** What the benchmark and its simulator process say to each other. */

export interface Counts {
  /** Requests that could have changed something, over all clusters. */
  readonly writes: number;
  readonly applies: number;
  readonly total: number;
}

/** Plans that every cluster is to have already, as Keelson would have applied them. */
export interface Seed {
  readonly namespace: string;
  readonly plans: readonly {
    readonly application: string;
    readonly hash: string;
    readonly objects: readonly KubeObject[];
    /** By cluster, in the order in which the simulator named them. */
    readonly generations: readonly number[];
  }[];
}

/** Names the version that an object is of, for whoever watches the clusters from inside. */
export const VERSION = 'bench.keelson.dev/version';

/** An object that was seen to be of another version than before, or gone. */
export interface Sighting {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** None when the object is gone. */
  readonly version?: string;
  /** By {@link machineMs}. */
  readonly at: number;
}

/** Milliseconds of a clock that all processes of the machine share. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export type ToSimulator =
  | { readonly ask: 'counts' }
  | { readonly ask: 'reset' }
  | { readonly ask: 'seed'; readonly seed: Seed }
  /** From now on, in every cluster, whether it answers or not: what is in these namespaces and bears a version. */
  | { readonly ask: 'observe'; readonly namespaces: readonly string[] }
  /** Of all sightings, those from the so-manieth on. */
  | { readonly ask: 'sightings'; readonly from: number }
  /** Replaces what is wrong with the API servers of these clusters; an empty plan heals. */
  | { readonly ask: 'fault'; readonly clusters: readonly string[]; readonly faults: FaultPlan };

export type FromSimulator =
  | { readonly tell: 'ready'; readonly clusters: readonly Access[] }
  | { readonly tell: 'counts'; readonly counts: Counts }
  | { readonly tell: 'reset' }
  | { readonly tell: 'seeded' }
  | { readonly tell: 'observing' }
  | { readonly tell: 'sightings'; readonly sightings: readonly Sighting[] }
  /** When it was done. */
  | { readonly tell: 'faulted'; readonly at: number };
