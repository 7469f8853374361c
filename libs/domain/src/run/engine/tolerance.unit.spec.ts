import { DEFAULT_STRATEGY, type Strategy } from '../../strategy';
import { Course, stage } from '../testing/course.fixture';

const FOUR = { p1: 'prod', p2: 'prod', p3: 'prod', p4: 'prod' };
const course = (change: Partial<Strategy> = {}, maxFailures: number | string = 1): Course => {
  const begun = new Course(FOUR, {
    ...DEFAULT_STRATEGY,
    stages: [stage('prod', { maxFailures, maxConcurrency: 2, clusterSelector: {} }), stage('last')],
    progressDeadline: '60s',
    ...change,
  });
  begun.look(0);
  return begun;
};

describe('failures', () => {
  it.each([
    [0, true],
    ['25%', false],
    [1, false],
  ])('are tolerated up to maxFailures: %s of 4', (maxFailures, pauses) => {
    expect(course({}, maxFailures).ill(['p1'], 5).includes('RunPaused FailuresExceeded')).toBe(pauses);
  });

  it('give their place to the next cluster', () => {
    expect(course().ill(['p1'], 5)).toEqual(['ClusterFailed p1 Unhealthy', 'ClusterStarted p3 0/1']);
  });

  it('above maxFailures stop what has not begun and name the first and its cause', () => {
    const stopped = course();
    expect(stopped.ill(['p1', 'p2'], 5)).toEqual([
      'ClusterFailed p1 Unhealthy',
      'ClusterFailed p2 Unhealthy',
      'RunPaused FailuresExceeded',
    ]);
    expect(stopped.run.reason).toBe('stage prod: p1 (and 1 more): CrashLoopBackOff');
    expect(stopped.look(50)).toEqual([]);
  });

  it('that recover by themselves let the run go on by itself', () => {
    const stopped = course();
    stopped.ill(['p1', 'p2'], 5);
    expect(stopped.well(['p2'], 30)).toEqual([
      'ClusterSucceeded p2',
      'RunResumed Recovered',
      'ClusterStarted p3 0/1',
      'ClusterStarted p4 0/1',
    ]);
  });

  it('do not resume, and do not roll back, a run that a person paused', () => {
    const paused = course({ onFailure: 'Rollback' });
    paused.act('pause');
    expect(paused.ill(['p1', 'p2'], 5)).toEqual(['ClusterFailed p1 Unhealthy', 'ClusterFailed p2 Unhealthy']);
    expect(paused.phase).toBe('Paused: Requested');
    expect(paused.act('resume')).toEqual(['RunResumed Requested']);
    expect(paused.look()[0]).toBe('RunRollbackStarted FailuresExceeded');
  });

  it('roll back where the strategy says so', () => {
    const bad = course({ onFailure: 'Rollback' });
    expect(bad.ill(['p1', 'p2'], 5).slice(2)).toEqual([
      'RunRollbackStarted FailuresExceeded',
      'ClusterRollbackStarted p1',
      'ClusterRollbackStarted p2',
    ]);
  });

  it('are gone over by a strategy that continues, and are its end', () => {
    const bad = course({ onFailure: 'Continue' });
    expect(bad.ill(['p1', 'p2'], 5).slice(2)).toEqual(['ClusterStarted p3 0/1', 'ClusterStarted p4 0/1']);
    expect(bad.well(['p3', 'p4'], 9).at(-1)).toBe('RunFailed');
    expect(bad.run.reason).toBe('stage prod: p1 (and 1 more): CrashLoopBackOff');
  });

  it('that are tolerated do not keep a run from succeeding', () => {
    const good = course({ onFailure: 'Continue' });
    good.ill(['p1'], 5);
    good.well(['p2', 'p3'], 6);
    expect(good.well(['p4'], 9).at(-1)).toBe('RunSucceeded');
  });

  it('that a person accepted do not count any more, and those after do', () => {
    const stopped = course();
    stopped.ill(['p1', 'p2'], 5);
    expect(stopped.act('resume')).toEqual(['RunResumed Requested']);
    expect(stopped.last('RunResumed').data.accepted).toEqual(['p1', 'p2']);
    expect(stopped.look()).toEqual(['ClusterStarted p3 0/1', 'ClusterStarted p4 0/1']);
    expect(stopped.ill(['p3', 'p4'], 9).at(-1)).toBe('RunPaused FailuresExceeded');
  });

  it('do not wait for the deadline when the API server refuses the plan', () => {
    const refused = course({}, 0);
    const seen = refused.fleet.of('p1');
    seen.failure = { generation: seen.generation, terminal: true, message: 'spec.replicas: Invalid' };
    expect(refused.look(1)[0]).toBe('ClusterFailed p1 ApplyFailed');
    expect(refused.clusterOf('p1')?.message).toBe('spec.replicas: Invalid');
  });

  it('are not what an older plan, or a passing error, ended in', () => {
    const fine = course({}, 0);
    const seen = fine.fleet.of('p1');
    seen.failure = { generation: seen.generation, terminal: false, message: 'etcdserver: timeout' };
    expect(fine.look(1)).toEqual([]);
    seen.failure = { generation: 5, terminal: true, message: 'Invalid' };
    expect(fine.look(2)).toEqual([]);
  });
});
