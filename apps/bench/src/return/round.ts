import { BareClient, type BareRequest } from '../clusters/bare-client';
import { bareApplies, bareDeletes } from '../scale/workload';
import { machineMs, type Sighting } from '../simulator/protocol';
import type { Simulator } from '../simulator/simulator';
import { absence, endsOf, settle } from './absence';
import type { Arena } from './arena';
import { strangers, type Arrival, type Goal } from './arrival';
import type { Mark } from './witness';
import { BARE, goalOf, goingAway, lastGoalOf, versioned, type Way } from './workload';

/** As many as an API server answers at its full rate; more add latency. */
const IN_FLIGHT = 8;

/** Of what should never have been written. */
const SHOWN = 5;

export interface Round {
  /** What each cluster that was away took, in milliseconds. */
  readonly keelson: readonly (Arrival & { readonly way: Way })[];
  readonly bare: readonly Arrival[];
  /** Objects that Keelson wrote to them as only the others should have seen them. */
  readonly between: number;
  /** Requests that could have changed something, over all clusters. */
  readonly writes: { readonly keelson: number; readonly bare: number };
}

/** Clusters go, releases and deletions come, the clusters return; then a bare loop does the same to the same clusters. */
export const oneRound = async (arena: Arena, round: number): Promise<Round> => {
  const { simulator, fleet, options } = arena;
  const ways = goingAway(simulator.clusters.map(({ name }) => name));
  const gone = [...ways.keys()];
  const before = goalOf(options.applications, round, 0);
  const goal = lastGoalOf(options.applications, round);
  await settle(arena, before);
  await bareLoop(simulator, gone, before);
  options.note(`${options.applications} applications run in ${simulator.clusters.length} clusters`);
  const { mark, lastRuns } = await absence(arena, ways, round);
  options.note(`${gone.length} clusters answer again`);
  const own = await timed(arena, gone, goal, () => simulator.fault(gone, {}));
  const between = written(arena, gone, goal, mark);
  for (const { cluster, kind, name, version } of between.slice(0, SHOWN))
    options.note(`${cluster} got ${kind} ${name} of release ${version}, and was away when it was the newest`);
  // Nothing of the runs' ends is measured as the loop's work.
  await endsOf(fleet, goal.kept, lastRuns);
  const loop = await timed(arena, gone, { ...goal, namespace: BARE }, () => bareLoop(simulator, gone, goal));
  return {
    keelson: own.took.map((took, index) => ({ ...took, way: ways.get(gone[index]!)! })),
    bare: loop.took,
    between: between.length,
    writes: { keelson: own.writes, bare: loop.writes },
  };
};

/** Sends what brings the clusters to the goal, over connections of its own; answers when it began, by `machineMs`. */
const bareLoop = async ({ clusters }: Simulator, names: readonly string[], goal: Goal): Promise<number> => {
  const client = new BareClient(clusters.filter(({ name }) => names.includes(name)));
  const started = machineMs();
  await client.sendAll(requestsFor(goal), IN_FLIGHT).finally(() => client.close());
  return started;
};

const requestsFor = ({ kept, doomed, version }: Goal): BareRequest[] => {
  const objectsOf = (names: readonly string[]) => names.flatMap((name) => versioned(name, BARE, version));
  return [...bareApplies(objectsOf(kept)), ...bareDeletes(objectsOf(doomed))];
};

/** From the instant that `begin` answers until the clusters have what they are to have. */
const timed = async (
  { simulator, witness, fleet }: Arena,
  clusters: readonly string[],
  goal: Goal,
  begin: () => Promise<number>,
): Promise<{ took: readonly Arrival[]; writes: number }> => {
  await simulator.reset();
  const from = await begin();
  const mark = await witness.mark(from);
  const what = 'the newest plans in the clusters that were away, and nothing of what was deleted';
  const arrivals = await witness.reached(what, clusters, goal, mark, fleet.signal);
  const took = arrivals.map(({ plans, deletes }) => ({ plans: plans - from, deletes: deletes - from }));
  return { took, writes: (await simulator.counts()).writes };
};

/** Objects of releases in between, and of deleted applications, that came to be in clusters that were away. */
const written = ({ witness }: Arena, clusters: readonly string[], goal: Goal, mark: Mark): Sighting[] => {
  const seen = witness.since(mark);
  return clusters.flatMap((name) => strangers(seen.get(name) ?? [], goal));
};
