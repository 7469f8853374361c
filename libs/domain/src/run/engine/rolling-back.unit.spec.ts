import type { Strategy } from '../../strategy';
import { Course, STAGED } from '../testing/course.fixture';

const FIVE = { c: 'canary', p1: 'prod', p2: 'prod', p3: 'prod', p4: 'prod' };

/** The canary has the release, p1 and p2 are at their first of two batches. */
const half = (change: Partial<Strategy> = {}): Course => {
  const course = new Course(FIVE, {
    ...STAGED,
    batches: [{ size: '50%' }, { size: '100%' }],
    progressDeadline: '60s',
    ...change,
  });
  course.look(0);
  course.well(['c'], 1);
  course.well(['c'], 2);
  return course;
};

describe('a rollback', () => {
  it('takes every cluster that was moved back to what it had, all at once and whole', () => {
    const course = half();
    expect(course.act('rollback', { why: 'errors' })).toEqual([
      'RunRollbackStarted Requested',
      'ClusterRollbackStarted c',
      'ClusterRollbackStarted p1',
      'ClusterRollbackStarted p2',
    ]);
    expect(course.last('ClusterRollbackStarted').data).toMatchObject({
      release: 'shop-r1',
      pace: { batch: 0, of: 1, share: '100%', update: 'Recreate' },
    });
    expect(course.phase).toBe('RollingBack');
    expect(course.run.reason).toBe('rolled back by ann: errors');
    expect(course.well(['c', 'p1'], 9)).toEqual(['ClusterRolledBack c', 'ClusterRolledBack p1']);
    expect(course.well(['p2'], 10)).toEqual(['ClusterRolledBack p2', 'RunRolledBack']);
    expect(course.phaseOf('p3')).toBe('Pending');
  });

  it('counts only a plan that goes back: health of the release that it leaves is not heard', () => {
    const course = half();
    const before = course.fleet.look();
    course.act('rollback');
    const decision = course.decide({ type: 'AdvanceRun', now: course.now, fleet: before });
    expect(decision).toEqual({ ok: true, events: [] });
  });

  it('says after the deadline which clusters it could not take back', () => {
    const course = half();
    course.act('rollback');
    course.well(['c', 'p1'], 9);
    course.fleet.lose('p2');
    expect(course.wake).toBe(62);
    expect(course.look(61)).toEqual([]);
    expect(course.look(62)).toEqual(['ClusterFailed p2 Unreachable', 'RunFailed']);
    expect(course.run.reason).toBe('rolled back, but not in p2');
  });

  it('says which clusters had nothing to go back to', () => {
    const course = new Course({}, STAGED);
    course.fleet.join('fresh', 'prod', '');
    course.look(0);
    expect(course.act('rollback')).toEqual([
      'RunRollbackStarted Requested',
      'ClusterFailed fresh NothingToGoBackTo',
      'RunFailed',
    ]);
  });

  it('tries again what it could not take back while it lasts', () => {
    const course = half();
    course.act('rollback');
    course.well(['p1'], 9);
    const seen = course.fleet.of('c');
    seen.failure = { generation: seen.generation, terminal: true, message: 'Invalid' };
    expect(course.look(10)).toEqual(['ClusterFailed c ApplyFailed']);
    expect(course.act('retry')).toEqual(['ClusterRetried c']);
    expect(course.phaseOf('c')).toBe('RollingBack');
    expect(course.well(['c', 'p2'], 12)).toEqual([
      'ClusterRolledBack c',
      'ClusterRolledBack p2',
      'RunRolledBack',
    ]);
  });

  it('forgets a cluster that leaves meanwhile', () => {
    const course = half();
    course.act('rollback');
    course.well(['c', 'p1'], 9);
    course.fleet.leave('p2');
    expect(course.look(10)).toEqual(['MembershipChanged', 'RunRolledBack']);
  });

  it('does not touch a cluster that was skipped: it went back when it was', () => {
    const course = half();
    course.act('skip', { cluster: 'p1' });
    expect(course.act('rollback')).not.toContain('ClusterRollbackStarted p1');
  });

  it('passes holds and windows, and the log says which', () => {
    const hold = { kind: 'Hold', id: 'freeze', message: 'code freeze' } as const;
    const course = half({ onFailure: 'Rollback' });
    course.fleet.block('p1', hold, { kind: 'Dependency', id: 'db', message: '' });
    course.ill(['c', 'p1', 'p2'], 5);
    expect(course.last('RunRollbackStarted').data.passed).toEqual([hold]);

    const asked = half();
    asked.fleet.block('p1', hold);
    asked.act('rollback');
    expect(asked.look()).toEqual(['RunOverridden']);
    expect(asked.last('RunOverridden').data).toMatchObject({ by: 'rollback', passed: [hold] });
    expect(asked.look()).toEqual([]);
  });
});
