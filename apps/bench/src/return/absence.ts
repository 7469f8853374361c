import { setTimeout as delay } from 'node:timers/promises';
import type { Accepted } from '@keelson/cli';
import type { ConnectedFleet } from '../connected-fleet';
import { inLanes } from '../in-lanes';
import { runEndings } from '../run-endings';
import { machineMs } from '../simulator/protocol';
import type { Arena } from './arena';
import type { Goal } from './arrival';
import type { Mark } from './witness';
import { definitionOf, goalOf, lastGoalOf, OWN, RELEASES, versioned, WAYS, type Way } from './workload';

const REQUESTS_AT_ONCE = 16;
const RUNS_MS = 300_000;

/** Defines every application anew and releases it; resolves when the runs are through. */
export const settle = async ({ fleet }: Arena, { kept, version }: Goal): Promise<void> => {
  await inLanes(kept, REQUESTS_AT_ONCE, async (name, index) => {
    await fleet.api.put(`/applications/${name}`, definitionOf(name, index, version));
  });
  await endsOf(fleet, kept, await release(fleet, kept, version));
};

/** Resolves when each of them had a run that succeeded since that log position. */
export const endsOf = async (
  { api, signal }: ConnectedFleet,
  applications: readonly string[],
  since: number,
): Promise<void> => {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(RUNS_MS)]);
  const ending = runEndings(api, applications, { after: since - 1, signal: inTime });
  await Promise.all(applications.map(ending));
};

export interface Absence {
  /** When the first cluster was gone. */
  readonly mark: Mark;
  /** A log position before all runs of the last release. */
  readonly lastRuns: number;
}

/**
 * Takes the clusters away, then makes the releases and the deletions, each at its share of the time, and waits for each
 * in the clusters that are there. Resolves when the clusters are to answer again, or later where that took longer.
 */
export const absence = async (
  { simulator, witness, fleet, options }: Arena,
  ways: ReadonlyMap<string, Way>,
  round: number,
): Promise<Absence> => {
  const { api, signal } = fleet;
  const present = simulator.clusters.map(({ name }) => name).filter((name) => !ways.has(name));
  const left = machineMs();
  for (const [name, way] of ways) await simulator.fault([name], WAYS[way]);
  const mark = await witness.mark(left);
  const turn = async (ofAll: number): Promise<void> => {
    const wait = left + (ofAll / (RELEASES + 1)) * options.away * 1_000 - machineMs();
    await delay(Math.max(0, wait), undefined, { signal });
  };
  let lastRuns = 0;
  for (let number = 1; number <= RELEASES; number += 1) {
    await turn(number - 1);
    const goal = goalOf(options.applications, round, number);
    lastRuns = await release(fleet, goal.kept, goal.version);
    await witness.reached(`release ${number} in the clusters that are there`, present, goal, mark, signal);
  }
  await turn(RELEASES);
  const goal = lastGoalOf(options.applications, round);
  await inLanes(goal.doomed, REQUESTS_AT_ONCE, async (name) => {
    await api.delete(`/applications/${name}`);
  });
  await witness.reached('the deletions in the clusters that are there', present, goal, mark, signal);
  await turn(RELEASES + 1);
  return { mark, lastRuns };
};

/** Begins a release in each; answers a log position before all of their runs. */
const release = async (
  { api }: ConnectedFleet,
  applications: readonly string[],
  version: string,
): Promise<number> => {
  let first = Infinity;
  await inLanes(applications, REQUESTS_AT_ONCE, async (name) => {
    const body = { version, manifests: versioned(name, OWN, version) };
    const { position } = await api.post<Accepted>(`/applications/${name}/releases`, body);
    first = Math.min(first, position);
  });
  return first;
};
