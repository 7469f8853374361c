import type { Gate, Strategy } from '../../strategy';
import type { Verification } from '../../verification';
import { dueMeasurements } from '../index';
import { Course, stage, STAGED } from '../testing/course.fixture';

const WAIT: Gate = { type: 'TimedWait', duration: '30s' };
const ASK: Gate = { type: 'Approval' };
const CHECK: Verification = {
  type: 'Verification',
  provider: { http: { url: 'http://shop/ok' } },
  successCondition: 'result',
  interval: '10s',
  count: 2,
  errorLimit: 0,
};

const gated = (sides: { before?: Gate[]; after?: Gate[] }, change: Partial<Strategy> = {}): Course =>
  new Course(
    { c: 'canary', p: 'prod' },
    {
      ...STAGED,
      stages: [
        stage('canary', { clusterSelector: { matchLabels: { tier: 'canary' } }, ...sides }),
        stage('rest'),
      ],
      ...change,
    },
  );

describe('gates', () => {
  it('are passed in order before the first cluster starts', () => {
    const course = gated({ before: [ASK, WAIT] });
    expect(course.look(0)).toEqual([
      'MembershipChanged',
      'StageStarted canary',
      'GateStarted canary before 0',
    ]);
    expect(course.phase).toBe('AwaitingApproval');
    expect(course.look(100)).toEqual([]);
    expect(course.act('approve', { why: 'looks good' })).toEqual(['GatePassed canary before 0']);
    expect(course.run.stages[0]?.before[0]).toMatchObject({ by: 'ann', reason: 'looks good' });
    expect(course.look()).toEqual(['GateStarted canary before 1']);
    expect(course.phase).toBe('Baking');
    expect(course.wake).toBe(130);
    expect(course.look(129)).toEqual([]);
    expect(course.look(130)).toEqual(['GatePassed canary before 1', 'ClusterStarted c 0/1']);
  });

  it('stand between the last cluster of a stage and the next stage', () => {
    const course = gated({ after: [WAIT] });
    course.look(0);
    expect(course.well(['c'], 10)).toEqual(['ClusterSucceeded c', 'GateStarted canary after 0']);
    expect(course.look(39)).toEqual([]);
    expect(course.look(40)).toEqual([
      'GatePassed canary after 0',
      'StageSucceeded canary',
      'StageStarted rest',
      'ClusterStarted p 0/1',
    ]);
  });

  it('are not opened by the health of the previous revision', () => {
    const course = gated({ after: [WAIT] });
    course.look(0);
    expect(course.look(299)).toEqual([]);
    expect(course.run.stages[0]?.after[0]?.phase).toBe('Pending');
  });

  it('are not asked for a stage that has no clusters', () => {
    const course = gated({ before: [ASK], after: [ASK] });
    course.fleet.leave('c');
    expect(course.look(0)).toEqual([
      'MembershipChanged',
      'StageStarted canary',
      'StageSucceeded canary',
      'StageStarted rest',
      'ClusterStarted p 0/1',
    ]);
  });

  it('are passed once: a cluster that joins later just starts', () => {
    const course = gated({ before: [WAIT], after: [WAIT] });
    course.look(0);
    course.look(30);
    course.well(['c'], 40);
    course.look(70);
    course.fleet.join('late', 'canary');
    expect(course.look(71)).toEqual(['MembershipChanged', 'ClusterStarted late 0/1']);
    course.well(['late', 'p'], 80);
    expect(course.phase).toBe('Succeeded');
  });

  it('let nothing of the stage move while they wait, but what is under way is judged', () => {
    const course = gated({ after: [WAIT] });
    course.look(0);
    course.well(['c'], 10);
    course.fleet.join('late', 'canary');
    expect(course.look(20)).toEqual(['MembershipChanged']);
    expect(course.look(40)).toEqual(['GatePassed canary after 0', 'ClusterStarted late 0/1']);
  });

  it('of time are skipped by a promotion, those that judge are not', () => {
    const course = gated({ before: [WAIT, ASK] }, { minSuccessTime: '1h' });
    course.look(0);
    expect(course.act('promote')).toEqual(['StagePromoted canary']);
    expect(course.look(1)).toEqual(['GatePassed canary before 0', 'GateStarted canary before 1']);
    course.act('approve');
    course.look();
    expect(course.well(['c'], 2)[0]).toBe('ClusterSucceeded c');
  });
});

describe('an approval', () => {
  it('that is rejected pauses the run until somebody retries it or skips the stage', () => {
    const course = gated({ before: [ASK] });
    course.look(0);
    expect(course.act('reject', { why: 'not today' })).toEqual([
      'GateFailed canary before 0',
      'RunPaused GateFailed',
    ]);
    expect(course.run.reason).toBe('stage canary: gate 1 before it: rejected by ann: not today');
    expect(course.look(10)).toEqual([]);
    expect(course.act('resume')[0]).toMatch(/^action-refused: .*retry the gate, skip the stage/);
    expect(course.act('retry')).toEqual(['GateRetried canary before 0', 'RunResumed Requested']);
    expect(course.phase).toBe('AwaitingApproval');
    expect(course.run.stages[0]?.before[0]).toEqual({
      phase: 'Running',
      startedAt: course.now,
      measurements: [],
    });
  });

  it('that is rejected rolls back where the strategy says so', () => {
    const course = gated({ after: [ASK] }, { onFailure: 'Rollback' });
    course.look(0);
    course.well(['c'], 5);
    expect(course.act('reject')).toEqual([
      'GateFailed canary after 0',
      'RunRollbackStarted GateFailed',
      'ClusterRollbackStarted c',
    ]);
    expect(course.well(['c'], 10)).toEqual(['ClusterRolledBack c', 'RunRolledBack']);
  });

  it('that is rejected while a person pauses the run leaves it paused by that person', () => {
    const course = gated({ before: [ASK] });
    course.look(0);
    course.act('pause', { why: 'lunch' });
    expect(course.act('reject', { why: 'not today' })).toEqual(['GateFailed canary before 0']);
    expect(course.phase).toBe('Paused: Requested');
    expect(course.act('retry')).toEqual(['GateRetried canary before 0']);
    expect(course.act('approve')).toEqual(['GatePassed canary before 0']);
    expect(course.look(10)).toEqual([]);
    expect(course.act('resume')).toEqual(['RunResumed Requested']);
    expect(course.look(11)).toEqual(['ClusterStarted c 0/1']);
  });

  it('that was rejected meanwhile pauses a run that a person resumes', () => {
    const course = gated({ before: [ASK] });
    course.look(0);
    course.act('pause', { why: 'lunch' });
    course.act('reject', { why: 'not today' });
    expect(course.act('resume')).toEqual(['RunResumed Requested']);
    expect(course.look(10)).toEqual(['RunPaused GateFailed']);
    expect(course.run.reason).toBe('stage canary: gate 1 before it: rejected by ann: not today');
    expect(course.look(11)).toEqual([]);
    expect(course.act('retry')).toEqual(['GateRetried canary before 0', 'RunResumed Requested']);
  });

  it('that is rejected before anything moved has nothing to roll back', () => {
    const course = gated({ before: [ASK] }, { onFailure: 'Rollback' });
    course.look(0);
    expect(course.act('reject').at(-1)).toBe('RunRolledBack');
  });
});

describe('a verification', () => {
  const running = (change: Partial<Strategy> = {}, rule: Verification = CHECK): Course => {
    const course = gated({ after: [rule] }, change);
    course.look(0);
    course.well(['c'], 5);
    return course;
  };

  it('wants its first measurement at once and the next an interval after it', () => {
    const course = running();
    expect(course.phase).toBe('Verifying');
    expect(dueMeasurements(course.run, course.now)).toEqual([
      { stage: 'canary', side: 'after', gate: 0, index: 0, verification: CHECK, clusters: ['c'] },
    ]);
    course.look(8);
    expect(course.measure('Successful', 0)).toEqual(['MeasurementTaken canary after 0']);
    expect(course.wake).toBe(18);
    expect(dueMeasurements(course.run, course.now + 9_999)).toEqual([]);
    expect(dueMeasurements(course.run, course.now + 10_000)).toMatchObject([{ index: 1 }]);
  });

  it.each([
    ['Successful', ['GatePassed canary after 0', 'StageSucceeded canary']],
    ['Failed', ['GateFailed canary after 0', 'RunPaused GateFailed']],
    ['Error', ['GateFailed canary after 0', 'RunPaused GateFailed']],
    ['Inconclusive', ['GateInconclusive canary after 0', 'RunPaused Inconclusive']],
  ] as const)('whose measurements end in %s is answered so', (outcome, expected) => {
    const course = running();
    course.measure('Successful', 0);
    expect(course.look()).toEqual([]);
    course.measure(outcome, 1);
    expect(course.look().slice(0, 2)).toEqual(expected);
  });

  it('that fails rolls back where the strategy says so', () => {
    const course = running({ onFailure: 'Rollback' });
    course.measure('Failed', 0);
    expect(course.look()).toEqual([
      'GateFailed canary after 0',
      'RunRollbackStarted GateFailed',
      'ClusterRollbackStarted c',
    ]);
  });

  it('pauses even a run that continues over failed clusters', () => {
    const course = running({ onFailure: 'Continue' });
    course.measure('Failed', 0);
    expect(course.look().at(-1)).toBe('RunPaused GateFailed');
  });

  it('drops a measurement that comes twice, and one that nobody asked for any more', () => {
    const course = running();
    course.measure('Successful', 0);
    expect(course.measure('Failed', 0)).toEqual([]);
    course.measure('Successful', 1);
    course.look();
    expect(course.measure('Failed', 2)).toEqual([]);
  });

  it('that could not tell is approved or rejected by a person', () => {
    const inconclusive = (): Course => {
      const course = running();
      course.measure('Inconclusive', 0);
      course.look();
      return course;
    };
    const good = inconclusive();
    expect(good.act('resume')[0]).toMatch(/approve, reject or retry/);
    expect(good.act('approve')).toEqual(['GatePassed canary after 0', 'RunResumed Requested']);
    expect(good.look()[0]).toBe('StageSucceeded canary');
    expect(inconclusive().act('reject')).toEqual(['GateFailed canary after 0', 'RunPaused GateFailed']);
  });

  it('that is retried measures from the beginning', () => {
    const course = running();
    course.measure('Failed', 0);
    course.look();
    expect(course.act('retry')).toEqual(['GateRetried canary after 0', 'RunResumed Requested']);
    expect(dueMeasurements(course.run, course.now)).toMatchObject([{ index: 0 }]);
    course.measure('Successful', 0);
    course.measure('Successful', 1);
    expect(course.look()[0]).toBe('GatePassed canary after 0');
  });

  it('is not measured while the run is paused', () => {
    const course = running();
    course.act('pause');
    expect(dueMeasurements(course.run, course.now)).toEqual([]);
    course.act('resume');
    expect(dueMeasurements(course.run, course.now)).toHaveLength(1);
  });

  it('before a stage is about the clusters that it will move', () => {
    const course = gated({ before: [CHECK] });
    course.look(0);
    expect(dueMeasurements(course.run, course.now)).toMatchObject([{ side: 'before', clusters: ['c'] }]);
  });
});
