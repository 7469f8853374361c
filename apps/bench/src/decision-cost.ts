import type { AuditEvent } from '@keelson/cli';
import {
  isOver,
  runDecider,
  type Labels,
  type Observation,
  type RunEvent,
  type RunState,
  type TargetEvent,
} from '@keelson/domain';
import { rounded } from './statistics';

export interface DecisionCost {
  readonly decisions: number;
  /** Milliseconds of CPU. */
  readonly mean: number;
  /** Of the decision that costs most, the least of a few times: a garbage collection in between is not its own. */
  readonly worst: number;
}

/** As the API's `/audit` has it. */
export type LoggedEvent = Pick<AuditEvent, 'position' | 'at'> & (RunEvent | TargetEvent);

/**
 * Takes every decision of a run again from the log alone, on the state and the fleet that there were after each of its
 * events: as often as the engine can be woken at all. `events` are those of the application, from RunCreated on.
 */
export const decisionCost = (
  events: readonly LoggedEvent[],
  labels: ReadonlyMap<string, Labels>,
): DecisionCost => {
  const fleet = new Map([...labels].map(([cluster, of]) => [cluster, newcomer(cluster, of)]));
  let state: RunState = runDecider.initial;
  const costs: number[][] = [];
  for (const event of events) {
    state = runDecider.evolve(state, event as RunEvent);
    if (state.exists && isOver(state.phase)) break;
    if ('cluster' in event.data) {
      const seen = fleet.get(event.data.cluster);
      if (seen) fleet.set(seen.cluster, { ...seen, ...seenBy(event, seen) });
    }
    const command = { type: 'AdvanceRun', now: Date.parse(event.at), fleet: [...fleet.values()] } as const;
    const asked = state;
    costs.push(Array.from({ length: TIMES }, () => cpuMs(() => runDecider.decide(asked, command))));
  }
  return {
    decisions: costs.length,
    mean: rounded(costs.flat().reduce((sum, cost) => sum + cost, 0) / (TIMES * costs.length), 3),
    worst: rounded(Math.max(...costs.map((times) => Math.min(...times))), 3),
  };
};

/** How often each is decided; it is a pure function, so all of them are the same decision. */
const TIMES = 3;

const cpuMs = (work: () => unknown): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

const newcomer = (cluster: string, labels: Labels): Observation => ({
  cluster,
  labels,
  generation: 0,
  appliedGeneration: 0,
});

/** What the read model makes of an event about a cluster. */
const seenBy = (event: LoggedEvent, seen: Observation): Partial<Observation> => {
  switch (event.type) {
    case 'ClusterStarted':
    case 'BatchAdvanced':
      return {
        release: event.type === 'ClusterStarted' ? event.data.release : (seen.release ?? ''),
        run: event.data.run,
        batch: event.data.pace.batch,
        generation: event.position,
      };
    case 'PlanApplied':
      return { appliedGeneration: event.data.generation };
    case 'HealthChanged': {
      const { generation, status, message } = event.data;
      return { health: { generation, status, message, since: Date.parse(event.at) } };
    }
    default: // A release that succeeds at once meets no others.
      return {};
  }
};
