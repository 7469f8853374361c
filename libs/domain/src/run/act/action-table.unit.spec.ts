import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RUN_ACTIONS, type RunAction } from '../actions';
import type { Run } from '../state';
import { Course, stage, STAGED } from '../testing/course.fixture';
import { actionDetails, actionMatrix, ACTION_TABLE } from './action-table';
import { admits } from './admits';
import { SITUATIONS, situationOf, type Situation } from './situation';

const DOCS = resolve(__dirname, '../../../../../docs/runs.md');

/** Cells of the Markdown table below the marker; the widths of columns are the formatter's. */
const tableBelow = (marker: string): string[][] => {
  const [, text = ''] = readFileSync(DOCS, 'utf8').split(`<!-- ${marker} -->`);
  const rows = text.trimStart().split('\n\n')[0]?.trim().split('\n') ?? [];
  return rows
    .filter((_, index) => index !== 1)
    .map((row) =>
      row
        .slice(1, row.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    );
};

const GATED = {
  ...STAGED,
  stages: [stage('all', { after: [{ type: 'TimedWait', duration: '1h' }, { type: 'Approval' }] as const })],
};
const CHECKED = {
  ...STAGED,
  stages: [
    stage('all', {
      after: [
        { type: 'Verification', provider: { http: { url: 'http://shop/ok' } }, successCondition: 'result' },
      ] as const,
    }),
  ],
};
const TWO = { p1: 'prod', p2: 'prod' };

const begun = (strategy = GATED as typeof STAGED): Course => {
  const course = new Course(TWO, strategy);
  course.look(0);
  return course;
};
const baking = (): Course => {
  const course = begun();
  course.well(['p1', 'p2'], 1);
  return course;
};
const asked = (): Course => {
  const course = baking();
  course.look(3601);
  return course;
};
const verifying = (): Course => {
  const course = begun(CHECKED);
  course.well(['p1', 'p2'], 1);
  return course;
};

const after = (course: Course, ...deeds: (() => unknown)[]): Course => {
  for (const deed of deeds) deed();
  return course;
};

/** A run in each situation, with something that failed where the situation allows it. */
const IN: Readonly<Record<Situation, () => Course>> = {
  Pending: () => new Course(TWO, GATED),
  Progressing: () => begun(),
  AwaitingApproval: asked,
  Baking: baking,
  Verifying: verifying,
  'Paused: Requested': () => ((course) => after(course, () => course.act('pause')))(begun()),
  'Paused: FailuresExceeded': () => ((course) => after(course, () => course.ill(['p1'], 1)))(begun()),
  'Paused: GateFailed': () => ((course) => after(course, () => course.act('reject')))(asked()),
  'Paused: Inconclusive': () =>
    ((course) =>
      after(
        course,
        () => course.measure('Inconclusive', 0),
        () => course.look(),
      ))(verifying()),
  RollingBack: () => ((course) => after(course, () => course.act('rollback')))(begun()),
  over: () => ((course) => after(course, () => course.act('abort')))(begun()),
};

/** Where the table says yes, what an action needs may still be missing: then the reason is another. */
const reasonOf = (run: Run, action: RunAction): string | undefined => {
  const admission = admits(run, action);
  return admission.ok ? undefined : admission.rejection.message;
};

describe('the table of actions', () => {
  it.each(SITUATIONS)('decides what a run takes that is %s', (situation) => {
    const { run } = IN[situation]();
    expect(situationOf(run)).toBe(situation);
    for (const action of RUN_ACTIONS) {
      const { refused, needs } = ACTION_TABLE[action];
      const expected = refused[situation];
      const reason = reasonOf(run, action);
      if (expected !== undefined) expect(reason).toContain(expected);
      else if (!needs) expect(reason).toBeUndefined();
      else for (const other of Object.values(refused)) expect(reason ?? '').not.toContain(other);
    }
  });

  it('says with a refusal which action, and with the phase that the run is over', () => {
    const admission = admits(IN.over().run, 'pause');
    expect(admission).toEqual({
      ok: false,
      rejection: {
        kind: 'conflict',
        code: 'run-over',
        message: 'cannot pause: the run is over (Aborted)',
      },
    });
  });

  it('is the one that the docs show', () => {
    expect(tableBelow('actions by situation')).toEqual(actionMatrix());
    expect(tableBelow('what actions do')).toEqual(actionDetails());
  });
});
