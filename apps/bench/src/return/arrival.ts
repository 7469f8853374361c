import type { Sighting } from '../simulator/protocol';

/** What is to be seen in a namespace of each cluster. */
export interface Goal {
  readonly namespace: string;
  /** Applications that are to have `version`. */
  readonly kept: readonly string[];
  readonly version: string;
  /** Applications of which nothing is to be left. */
  readonly doomed: readonly string[];
}

/** When a cluster had what it is to have, by `machineMs`; a part that has nothing to wait for is there from the first. */
export interface Arrival {
  readonly plans: number;
  readonly deletes: number;
}

const KINDS = ['ConfigMap', 'Deployment'];

const keysOf = (names: readonly string[]): string[] =>
  names.flatMap((name) => KINDS.map((kind) => `${kind} ${name}`));

/** From what was seen of one cluster since the clock started; none while anything is not as it is to be. */
export const arrivalOf = (sightings: readonly Sighting[], goal: Goal, from: number): Arrival | undefined => {
  const last = new Map<string, Sighting>();
  for (const sighting of sightings)
    if (sighting.namespace === goal.namespace) last.set(`${sighting.kind} ${sighting.name}`, sighting);
  const latest = (names: readonly string[], version: string | undefined): number =>
    keysOf(names).reduce((latest, key) => {
      const seen = last.get(key);
      return seen && seen.version === version ? Math.max(latest, seen.at) : NaN;
    }, from);
  const arrival = { plans: latest(goal.kept, goal.version), deletes: latest(goal.doomed, undefined) };
  return Number.isNaN(arrival.plans + arrival.deletes) ? undefined : arrival;
};

/** Versions that came to be where only the goal's may: what a cluster that was away must never have had. */
export const strangers = (sightings: readonly Sighting[], goal: Goal): Sighting[] =>
  sightings.filter(
    ({ namespace, name, version }) =>
      namespace === goal.namespace &&
      version !== undefined &&
      (version !== goal.version || goal.doomed.includes(name)),
  );
