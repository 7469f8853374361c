import {
  isOver,
  resolveShare,
  runDecider,
  type GatePhase,
  type Run,
  type RunEvent,
  type RunStage,
  type RunState,
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

/** The phases in which a run may rest, by its strategy, by its gates, and by what people did to it. */
export const mayRestIn = (
  { strategy, paused, stages }: Run,
  acted: ReadonlySet<string>,
): ReadonlySet<string> => {
  const asks = strategy.stages.some(({ before, after }) =>
    [...before, ...after].some(({ type }) => type === 'Approval'),
  );
  const reasons = { Pause: ['FailuresExceeded', 'GateFailed'], Rollback: [], Continue: ['GateFailed'] };
  const pauses: readonly string[] = [...reasons[strategy.onFailure], 'Inconclusive'];
  return new Set([
    'Succeeded',
    'Superseded',
    ...(asks && gatesOf(stages, 'Running').length > 0 ? ['AwaitingApproval'] : []),
    ...(paused && pauses.includes(paused.reason) ? ['Paused'] : []),
    ...{ Pause: [], Rollback: ['RolledBack', 'Failed'], Continue: ['Failed'] }[strategy.onFailure],
    ...(acted.has('rollback') ? ['RolledBack', 'Failed'] : []),
    ...(acted.has('abort') ? ['Aborted'] : []),
  ]);
};

/** Stages with a gate in that phase. */
const gatesOf = (stages: readonly RunStage[], wanted: GatePhase): RunStage[] =>
  stages.filter(({ before, after }) => [...before, ...after].some(({ phase }) => phase === wanted));

/** The stage whose gate failed, or could not tell. */
export const stageOfOpenGate = ({ stages }: Run): string | undefined =>
  [...gatesOf(stages, 'Failed'), ...gatesOf(stages, 'Inconclusive')][0]?.name;

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
      checkGatesBefore(after, event.data.stage);
      for (const stage of after.stages) {
        if (underWay(stage) <= underWay(before.stages.find(({ name }) => name === stage.name))) continue;
        const most = resolveShare(rulesOf(after, stage).maxConcurrency, stage.clusters.length);
        expect(underWay(stage)).toBeLessThanOrEqual(most);
      }
      return;
    case 'RunPaused':
      return checkPause(before, event.data.reason);
    case 'RunRollbackStarted':
      if (event.data.reason === 'Requested') expect(event.data.by).toBe('ada');
      else if (event.data.reason === 'GateFailed')
        expect([onFailure, gatesOf(before.stages, 'Failed').length]).toEqual(['Rollback', 1]);
      else expect([onFailure, isBroken(before)]).toEqual(['Rollback', true]);
      return;
    case 'RunFailed':
      if (before.rollingBack) expect(phasesOf(before)).toContain('Failed');
      else expect([onFailure, isBroken(before)]).toEqual(['Continue', true]);
      return;
    case 'RunSucceeded':
      expect(isBroken(before)).toBe(false);
      for (const { phase: stage, clusters } of before.stages)
        for (const { phase } of clusters)
          expect(['Succeeded', 'Failed', 'SetAside', ...(stage === 'Skipped' ? ['Skipped'] : [])]).toContain(
            phase,
          );
      return;
    case 'StageSucceeded':
      for (const phase of ['Running', 'Failed', 'Inconclusive'] as const)
        expect(gatesOf(before.stages, phase).map(({ name }) => name)).not.toContain(event.data.stage);
      return;
    case 'GatePassed':
    case 'GateFailed':
      // Of an Approval a person decides, and nobody else.
      if (gateTypeOf(before, event.data) === 'Approval') expect(event.data.by).toBe('ada');
      return;
    case 'RunRolledBack':
      for (const phase of phasesOf(before))
        expect(['RolledBack', 'Pending', 'SetAside', 'Skipped']).toContain(phase);
      return;
    default:
      return;
  }
};

/** A stage's first cluster starts when its gates before are passed; one that was skipped finishes what it began. */
const checkGatesBefore = ({ stages }: Run, name: string): void => {
  const stage = stages.find((one) => one.name === name);
  if (stage?.phase === 'Skipped') return;
  for (const { phase } of stage?.before ?? []) expect(phase).toBe('Passed');
};

const checkPause = (before: Run, reason: string): void => {
  const { onFailure } = before.strategy;
  // A stage that was skipped keeps what its gate could not tell.
  const asked = before.stages.filter(({ phase }) => phase !== 'Skipped');
  if (reason === 'Inconclusive') expect(gatesOf(asked, 'Inconclusive')).toHaveLength(1);
  else if (reason === 'GateFailed') {
    expect(gatesOf(asked, 'Failed')).toHaveLength(1);
    expect(onFailure).not.toBe('Rollback');
  } else expect([reason, onFailure, isBroken(before)]).toEqual(['FailuresExceeded', 'Pause', true]);
};

const gateTypeOf = (
  { strategy }: Run,
  { stage, side, gate }: { stage: string; side: 'before' | 'after'; gate: number },
): string | undefined => strategy.stages.find(({ name }) => name === stage)?.[side][gate]?.type;

const phasesOf = ({ stages }: Run): string[] =>
  stages.flatMap(({ clusters }) => clusters.map(({ phase }) => phase));
