import type { Blocker } from '../blockers';
import { Course, stage, STAGED } from '../testing/course.fixture';

const HOLD: Blocker = { kind: 'Hold', id: 'freeze', message: 'code freeze' };
const NIGHT: Blocker = { kind: 'Window', id: 'night', message: 'opens in 3 h' };
const TWO = { p1: 'prod', p2: 'prod' };
const STRATEGY = {
  ...STAGED,
  stages: [stage('all')],
  batches: [{ size: '50%', pause: '10s' }, { size: '100%' }],
};

describe('what keeps a run back', () => {
  it('keeps a cluster from being begun, and lets the others go', () => {
    const course = new Course(TWO, STRATEGY);
    course.fleet.block('p1', HOLD);
    expect(course.look(0).slice(2)).toEqual(['ClusterStarted p2 0/2', 'RunWaiting freeze']);
    expect(course.run.waiting).toEqual([HOLD]);
    course.fleet.block('p1');
    expect(course.look(1)).toEqual(['ClusterStarted p1 0/2', 'RunWaiting nothing']);
  });

  it('keeps a batch from being followed by the next, and stops nothing that is under way', () => {
    const course = new Course(TWO, STRATEGY);
    course.look(0);
    course.fleet.block('p1', NIGHT);
    expect(course.well(['p1', 'p2'], 1)).toEqual(['BatchReached p1 0', 'BatchReached p2 0']);
    expect(course.look(11)).toEqual(['BatchAdvanced p2 1/2', 'RunWaiting night']);
    course.fleet.block('p1');
    expect(course.look(50)).toEqual(['BatchAdvanced p1 1/2', 'RunWaiting nothing']);
  });

  it('is said again only when the set changes, not when a message counts minutes', () => {
    const course = new Course(TWO, STRATEGY);
    course.fleet.block('p1', HOLD);
    course.fleet.block('p2', HOLD);
    course.look(0);
    course.fleet.block('p2', HOLD, NIGHT);
    expect(course.look(1)).toEqual(['RunWaiting freeze,night']);
    course.fleet.block('p2', HOLD, { ...NIGHT, message: 'opens in 2 h' });
    expect(course.look(2)).toEqual([]);
  });

  it('wakes the run when a window changes', () => {
    const course = new Course(TWO, STRATEGY);
    course.fleet.block('p1', NIGHT);
    course.fleet.of('p1').blockersChangeAt = course.now + 30_000;
    course.look(0);
    expect(course.wake).toBe(30);
  });

  it('does not count towards failures: a run may wait for good', () => {
    const course = new Course({ p1: 'prod' }, STRATEGY);
    course.fleet.block('p1', HOLD);
    course.look(0);
    expect(course.look(1e6)).toEqual([]);
    expect(course.phase).toBe('Progressing');
  });

  it('is passed by an override, of a person who says why', () => {
    const course = new Course(TWO, STRATEGY);
    course.fleet.block('p1', HOLD, NIGHT);
    course.look(0);
    expect(course.act('override')[0]).toMatch(/^reason-required/);
    expect(course.act('override', { why: 'incident 7' })).toEqual(['RunOverridden']);
    expect(course.last('RunOverridden').data).toMatchObject({
      by: 'ann',
      why: 'incident 7',
      passed: [HOLD, NIGHT],
    });
    expect(course.look(1)).toEqual(['ClusterStarted p1 0/2', 'RunWaiting nothing']);
    expect(course.act('override', { why: 'again' })[0]).toMatch(/^action-refused/);
  });

  it('is passed in part by a run that goes back to an earlier release: windows, not holds', () => {
    const course = new Course(TWO, STRATEGY, { rollback: true });
    course.fleet.block('p1', NIGHT);
    course.fleet.block('p2', NIGHT, HOLD);
    expect(course.look(0)).toEqual([
      'MembershipChanged',
      'RunOverridden',
      'StageStarted all',
      'ClusterStarted p1 0/2',
      'RunWaiting freeze',
    ]);
    expect(course.last('RunOverridden').data).toMatchObject({ by: 'rollback', passed: [NIGHT] });
    expect(course.act('override', { why: 'incident 7' })).toEqual(['RunOverridden']);
    expect(course.look(1)).toEqual(['ClusterStarted p2 0/2', 'RunWaiting nothing']);
  });

  it('is told when such a run is taken back itself and passes a hold: windows it had passed already', () => {
    const course = new Course(TWO, STRATEGY, { rollback: true });
    course.fleet.block('p1', NIGHT);
    course.look(0);
    course.act('rollback');
    course.fleet.block('p1', NIGHT, HOLD);
    expect(course.look(1)).toEqual(['RunOverridden']);
    expect(course.last('RunOverridden').data).toMatchObject({ by: 'rollback', passed: [HOLD] });
    expect(course.look(2)).toEqual([]);
  });
});
