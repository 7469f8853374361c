import { DEFAULT_STRATEGY, type Strategy } from '../../strategy';
import type { Blocker } from '../blockers';
import { Course, T0 } from '../testing/course.fixture';

const TWO: Strategy = {
  ...DEFAULT_STRATEGY,
  batches: [{ size: '50%', pause: '20s' }, { size: '100%' }],
  progressDeadline: '60s',
};
const HOLD: Blocker[] = [{ kind: 'Run', id: 'logs-s2', message: 'run logs-s2 is not as far' }];

describe('a cluster in which another run moves the same pods, and is not as far', () => {
  it('is waited for without a deadline, whatever its health says', () => {
    const course = new Course({ c: 'prod' }, TWO);
    course.look(0);
    course.fleet.of('c').heldBack = HOLD;
    expect(course.well(['c'], 5)).toEqual(['RunWaiting logs-s2']);
    expect(course.look(10_000)).toEqual([]);
    expect(course.run.waiting).toEqual(HOLD);
    expect(course.wake).toBeUndefined();
    expect(course.phaseOf('c')).toBe('Progressing');
  });

  it('has its whole deadline from when it is let go', () => {
    const course = new Course({ c: 'prod' }, TWO);
    course.look(0);
    course.fleet.of('c').heldBack = HOLD;
    course.look(500);
    delete course.fleet.of('c').heldBack;
    course.fleet.of('c').freeSince = T0 + 600_000;
    expect(course.look(600)).toEqual(['RunWaiting nothing']);
    expect(course.wake).toBe(660);
    expect(course.look(659)).toEqual([]);
    expect(course.look(660)[0]).toBe('ClusterFailed c ProgressDeadlineExceeded');
  });

  it('loses a batch that it had reached, and finds it again', () => {
    const course = new Course({ c: 'prod' }, TWO);
    course.look(0);
    course.well(['c'], 5);
    course.fleet.of('c').heldBack = HOLD;
    expect(course.look(10)).toEqual(['BatchLost c 0', 'RunWaiting logs-s2']);
    expect(course.look(500)).toEqual([]);
    delete course.fleet.of('c').heldBack;
    expect(course.look(501)).toEqual(['BatchReached c 0', 'BatchAdvanced c 1/2', 'RunWaiting nothing']);
  });

  it('fails all the same when its pods do', () => {
    const course = new Course({ c: 'prod' }, TWO);
    course.look(0);
    course.fleet.of('c').heldBack = HOLD;
    expect(course.ill(['c'], 5)[0]).toBe('ClusterFailed c Unhealthy');
  });

  it('is not back before it is let go', () => {
    const course = new Course({ c: 'prod' }, { ...TWO, onFailure: 'Rollback' });
    course.look(0);
    course.ill(['c'], 5);
    course.fleet.of('c').heldBack = HOLD;
    expect(course.well(['c'], 10)).toEqual(['RunWaiting logs-s2']);
    expect(course.look(10_000)).toEqual([]);
    delete course.fleet.of('c').heldBack;
    expect(course.look(10_001)).toEqual(['ClusterRolledBack c', 'RunRolledBack']);
  });

  it('is not let go by an override, which does not claim that it was', () => {
    const course = new Course({ c: 'prod' }, TWO);
    course.look(0);
    course.fleet.of('c').heldBack = HOLD;
    course.look(5);
    course.act('override', { why: 'now' });
    expect(course.last('RunOverridden').data.passed).toEqual([]);
    expect(course.well(['c'], 10)).toEqual([]);
  });

  it('waits for nobody when it cannot be reached itself', () => {
    const course = new Course({ c: 'prod' }, TWO);
    course.look(0);
    course.fleet.of('c').heldBack = HOLD;
    course.fleet.lose('c');
    expect(course.look(60)[0]).toBe('ClusterFailed c Unreachable');
  });
});
