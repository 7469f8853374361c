import {
  isOver,
  resolveShare,
  runDecider,
  type Run,
  type RunEvent,
  type RunStage,
  type RunState,
  type Strategy,
} from '@keelson/domain';

/** Counted anew from the state, not asked of the engine: it is the engine that is judged. */
const failuresOf = ({ clusters }: RunStage): number =>
  clusters.filter(({ phase, accepted }) => phase === 'Failed' && !accepted).length;

const rulesOf = ({ strategy }: Run, { name }: RunStage) =>
  strategy.stages.find((stage) => stage.name === name) ?? { maxConcurrency: '100%' as const, maxFailures: 0 };

/** A stage that was not skipped has more failures than it tolerates. */
export const isBroken = (run: Run): boolean =>
  run.stages.some(
    (stage) =>
      stage.phase !== 'Skipped' &&
      failuresOf(stage) > resolveShare(rulesOf(run, stage).maxFailures, stage.clusters.length),
  );

const underWay = (stage: RunStage | undefined): number =>
  stage?.clusters.filter(({ phase }) => phase === 'Progressing').length ?? 0;

/** The phases in which a run may rest, by its strategy and by what people did to it. */
export const mayRestIn = ({ onFailure }: Strategy, acted: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([
    'Succeeded',
    'Superseded',
    ...{ Pause: ['Paused'], Rollback: ['RolledBack', 'Failed'], Continue: ['Failed'] }[onFailure],
    ...(acted.has('rollback') ? ['RolledBack', 'Failed'] : []),
    ...(acted.has('abort') ? ['Aborted'] : []),
  ]);

/** Holds every decision of a run against what its strategy allows. */
export const checkCourse = (events: readonly RunEvent[]): void => {
  let state: RunState = runDecider.initial;
  for (const event of events) {
    const before = state;
    state = runDecider.evolve(state, event);
    if (before.exists) checkStep(before, event, state as Run);
  }
};

const checkStep = (before: Run, event: RunEvent, after: Run): void => {
  const { onFailure } = before.strategy;
  expect(isOver(before.phase)).toBe(false);
  switch (event.type) {
    case 'ClusterStarted':
      for (const stage of after.stages) {
        if (underWay(stage) <= underWay(before.stages.find(({ name }) => name === stage.name))) continue;
        const most = resolveShare(rulesOf(after, stage).maxConcurrency, stage.clusters.length);
        expect(underWay(stage)).toBeLessThanOrEqual(most);
      }
      return;
    case 'RunPaused':
      expect([event.data.reason, onFailure, isBroken(before)]).toEqual(['FailuresExceeded', 'Pause', true]);
      return;
    case 'RunRollbackStarted':
      if (event.data.reason === 'Requested') expect(event.data.by).toBe('ada');
      else expect([onFailure, isBroken(before)]).toEqual(['Rollback', true]);
      return;
    case 'RunFailed':
      if (before.rollingBack) expect(phasesOf(before)).toContain('Failed');
      else expect([onFailure, isBroken(before)]).toEqual(['Continue', true]);
      return;
    case 'RunSucceeded':
      expect(isBroken(before)).toBe(false);
      for (const phase of phasesOf(before)) expect(['Succeeded', 'Failed', 'SetAside']).toContain(phase);
      return;
    case 'RunRolledBack':
      for (const phase of phasesOf(before)) expect(['RolledBack', 'Pending', 'SetAside']).toContain(phase);
      return;
    default:
      return;
  }
};

const phasesOf = ({ stages }: Run): string[] =>
  stages.flatMap(({ clusters }) => clusters.map(({ phase }) => phase));
