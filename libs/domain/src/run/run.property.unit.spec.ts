import fc from 'fast-check';
import { fold } from '../kernel/decider';
import { resolveShare } from '../kernel/share';
import {
  advance,
  dueMeasurements,
  isOver,
  runDecider,
  wakeAt,
  type Observation,
  type Run,
  type RunEvent,
  type RunState,
} from './index';
import { rulesOf } from './engine/rules';
import { tales } from './testing/random-course.fixture';
import { Teller, type Decided } from './testing/teller.fixture';

const RUNS = Number(process.env.FC_RUNS ?? 150);

/** Each event with the state that it met and the one it left. */
const steps = ({ before, events }: Decided): { event: RunEvent; before: Run; after: Run }[] => {
  let state: RunState = before;
  return events.map((event) => {
    const met = state as Run;
    state = runDecider.evolve(state, event);
    return { event, before: met, after: state as Run };
  });
};

const told = (tale: typeof tales extends fc.Arbitrary<infer T> ? T : never): Teller => {
  const teller = new Teller(tale.strategy, tale.tiers, tale.rollback);
  for (const happening of tale.happenings) teller.happen(happening);
  return teller;
};

/** Runs the check on every decision of random tales. */
const always = (check: (decided: Decided, fleet: readonly Observation[] | undefined) => void): void => {
  fc.assert(
    fc.property(tales, (tale) => {
      for (const decided of told(tale).decided) {
        check(decided, decided.command.type === 'AdvanceRun' ? decided.command.fleet : undefined);
      }
    }),
    { numRuns: RUNS },
  );
};

const clusterOf = (run: Run, stage: string, cluster: string): Run['stages'][number]['clusters'][number] => {
  const found = stageOf(run, stage).clusters.find(({ name }) => name === cluster);
  if (!found) throw new Error(`${cluster} is not in stage ${stage}`);
  return found;
};

const stageOf = (run: Run, name: string): Run['stages'][number] => {
  const found = run.stages.find((stage) => stage.name === name);
  if (!found) throw new Error(`no stage ${name}`);
  return found;
};

const underWay = (stage: Run['stages'][number] | undefined): number =>
  stage?.clusters.filter(({ phase }) => phase === 'Progressing').length ?? 0;

describe('whatever happens, a run', () => {
  it('never has more under way in a stage than maxConcurrency', () => {
    always((decided) => {
      for (const { before, after } of steps(decided)) {
        for (const stage of after.stages) {
          const known = before.stages.find(({ name }) => name === stage.name);
          // A limit in percent shrinks with its stage; only what is begun has to keep to it.
          if (underWay(stage) <= underWay(known)) continue;
          const { maxConcurrency } = rulesOf(after, stage.name);
          expect(underWay(stage)).toBeLessThanOrEqual(resolveShare(maxConcurrency, stage.clusters.length));
        }
      }
    });
  });

  it('never lets a batch pass on health that is foreign, older, lagging or out of reach', () => {
    always((decided, fleet) => {
      if (!fleet) return;
      for (const { event, before } of steps(decided)) {
        const passes =
          event.type === 'BatchReached' ||
          event.type === 'BatchAdvanced' ||
          event.type === 'ClusterSucceeded';
        if (!passes) continue;
        const { stage, cluster } = event.data;
        const { batch } = clusterOf(before, stage, cluster);
        const seen = fleet.find((candidate) => candidate.cluster === cluster);
        expect(seen).toMatchObject({ run: 'shop-2', release: 'shop-r2', batch });
        expect(seen?.appliedGeneration).toBe(seen?.generation);
        expect(seen?.health).toMatchObject({ generation: seen?.generation, status: 'Current' });
        expect(seen?.unreachable).toBeUndefined();
      }
    });
  });

  it('never begins a cluster before its gates are passed and the stages before are settled', () => {
    always((decided) => {
      for (const { event, before } of steps(decided)) {
        if (event.type !== 'ClusterStarted') continue;
        const { stage, cluster } = event.data;
        if (clusterOf(before, stage, cluster).startedAt !== undefined) continue;
        const index = before.stages.findIndex(({ name }) => name === stage);
        for (const earlier of before.stages.slice(0, index)) {
          expect(['Succeeded', 'Skipped']).toContain(earlier.phase);
          expect(earlier.clusters.filter(({ phase }) => /Pending|Progressing/.test(phase))).toEqual([]);
        }
        expect(before.stages[index]?.before.filter(({ phase }) => phase !== 'Passed')).toEqual([]);
        const open = before.stages[index]?.after.filter(({ phase }) => !/Pending|Passed/.test(phase));
        expect(open).toEqual([]);
      }
    });
  });

  it('begins nothing and sends nothing on while it is paused, but what a person tries again', () => {
    always((decided) => {
      for (const { event, before } of steps(decided)) {
        if (!before.paused || decided.command.type !== 'AdvanceRun') continue;
        expect(['StageStarted', 'GateStarted', 'GatePassed', 'BatchAdvanced']).not.toContain(event.type);
        if (event.type !== 'ClusterStarted') continue;
        expect(before.paused.reason).toBe('FailuresExceeded');
        expect(clusterOf(before, event.data.stage, event.data.cluster).retried).toBe(true);
      }
    });
  });

  it('begins nothing and sends nothing on past a blocker that it may not pass', () => {
    always((decided, fleet) => {
      for (const { event, before } of steps(decided)) {
        if (!fleet || (event.type !== 'ClusterStarted' && event.type !== 'BatchAdvanced')) continue;
        if (before.override && !before.override.kinds) continue;
        const blockers = fleet.find(({ cluster }) => cluster === event.data.cluster)?.blockers ?? [];
        expect(blockers.filter(({ kind }) => !before.rollback || kind !== 'Window')).toEqual([]);
      }
    });
  });

  it('says nothing twice', () => {
    always((decided, fleet) => {
      if (!fleet || decided.command.type !== 'AdvanceRun') return;
      const after = steps(decided).at(-1)?.after ?? decided.before;
      expect(advance(after, fleet, decided.command.now)).toEqual([]);
    });
  });

  it('is woken no later than time alone moves it', () => {
    always((decided, fleet) => {
      if (!fleet || decided.command.type !== 'AdvanceRun') return;
      const { now } = decided.command;
      const after = steps(decided).at(-1)?.after ?? decided.before;
      const wake = wakeAt(after, fleet, now);
      if (wake !== undefined) expect(wake).toBeGreaterThan(now);
      const until = (wake ?? now + 1e9) - 1;
      for (const at of [until, now + Math.floor((until - now) / 2)]) {
        expect(advance(after, fleet, at)).toEqual([]);
        expect(dueMeasurements(after, at)).toEqual(dueMeasurements(after, now));
      }
    });
  });

  it('is wholly in its events: a replay gives the same state and, by the same commands, the same decisions', () => {
    fc.assert(
      fc.property(tales, (tale) => {
        const { course, decided } = told(tale);
        const refolded = fold<RunState, RunEvent>(runDecider, course.history);
        expect(JSON.parse(JSON.stringify(refolded))).toEqual(refolded);
        let state = fold<RunState, RunEvent>(runDecider, course.history.slice(0, 1));
        for (const { before, command, events } of decided) {
          expect(state).toEqual(before);
          const again = runDecider.decide(state, structuredClone(command));
          expect(again.ok ? again.events : []).toEqual(events);
          state = events.reduce(runDecider.evolve, state);
        }
        expect(state).toEqual(refolded);
      }),
      { numRuns: RUNS },
    );
  });

  it('ends, once the fleet behaves and every gate is answered', () => {
    fc.assert(
      fc.property(tales, (tale) => {
        const teller = told(tale);
        expect(teller.endsWell()).toBe(true);
        const { run } = teller.course;
        expect(isOver(run.phase)).toBe(true);
        if (run.phase === 'RolledBack') expect(movedAndKept(run)).toEqual([]);
        if (run.phase === 'Succeeded') {
          const phases = run.stages.flatMap(({ clusters }) => clusters.map(({ phase }) => phase));
          expect(phases.filter((phase) => /Pending|Progressing|RollingBack|RolledBack/.test(phase))).toEqual(
            [],
          );
        }
      }),
      { numRuns: RUNS },
    );
  });
});

/** Clusters that the run moved, that still are where it moved them, and that nobody skipped. */
const movedAndKept = (run: Run): string[] =>
  run.stages
    .flatMap(({ clusters }) => clusters)
    .filter(
      ({ startedAt, phase }) => startedAt !== undefined && phase !== 'RolledBack' && phase !== 'Skipped',
    )
    .map(({ name }) => name);
