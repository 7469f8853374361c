import type { Strategy } from '../../strategy';
import { Course, stage, STAGED } from '../testing/course.fixture';

const TWO = { p1: 'prod', p2: 'prod' };
const course = (unreachable: Strategy['unreachable'], maxConcurrency: number | string = '100%'): Course =>
  new Course(TWO, {
    ...STAGED,
    stages: [stage('all', { maxConcurrency, maxFailures: 1 })],
    batches: [{ size: '50%' }, { size: '100%' }],
    progressDeadline: '60s',
    unreachable,
  });

describe('a cluster that cannot be reached', () => {
  it('is begun all the same, fails after its deadline, counts, and is caught up when it returns', () => {
    const fails = course('Fail', 1);
    fails.fleet.lose('p1');
    expect(fails.look(0)).toContain('ClusterStarted p1 0/2');
    expect(fails.look(59)).toEqual([]);
    expect(fails.look(60)).toEqual(['ClusterFailed p1 Unreachable', 'ClusterStarted p2 0/2']);
    expect(fails.clusterOf('p1')?.message).toBe('not healthy within 60s: unreachable (Network)');
    fails.fleet.find('p1');
    expect(fails.well(['p1'], 70)).toEqual(['ClusterReturned p1']);
    fails.well(['p2'], 71);
    expect(fails.well(['p2'], 72)).toEqual([
      'ClusterSucceeded p2',
      'ClusterStarted p1 0/2',
      'BatchReached p1 0',
      'BatchAdvanced p1 1/2',
    ]);
  });

  it('is said to be ill when it returns and is, so that nobody catches it up', () => {
    const fails = course('Fail');
    fails.look(0);
    fails.fleet.lose('p1');
    expect(fails.look(60)[0]).toBe('ClusterFailed p1 Unreachable');
    expect(fails.clusterOf('p1')?.failedFor).toBe('Unreachable');
    fails.fleet.find('p1');
    expect(fails.look(61)).toEqual([]);
    expect(fails.ill(['p1'], 70)).toEqual(['ClusterFailed p1 Unhealthy']);
    expect(fails.clusterOf('p1')).toMatchObject({ failedFor: 'Unhealthy', message: 'CrashLoopBackOff' });
    expect(fails.look(80)).toEqual([]);
  });

  it('uses up maxConcurrency until it has failed', () => {
    const fails = course('Fail', 1);
    fails.look(0);
    fails.fleet.lose('p1');
    expect(fails.look(30)).toEqual([]);
    expect(fails.phaseOf('p2')).toBe('Pending');
  });

  it('is set aside at its turn where the strategy says so, and does not count', () => {
    const aside = course('SetAside', 1);
    aside.fleet.lose('p1');
    expect(aside.look(0).slice(2)).toEqual(['ClusterSetAside p1', 'ClusterStarted p2 0/2']);
    aside.well(['p2'], 5);
    expect(aside.well(['p2'], 6)).toEqual(['ClusterSucceeded p2', 'StageSucceeded all', 'RunSucceeded']);
  });

  it('is set aside after its deadline when it was under way', () => {
    const aside = course('SetAside');
    aside.look(0);
    aside.fleet.lose('p1');
    expect(aside.look(59)).toEqual([]);
    expect(aside.look(60)[0]).toBe('ClusterSetAside p1');
  });

  it('is taken back where it was when it returns while the run lasts', () => {
    const aside = course('SetAside');
    aside.look(0);
    aside.well(['p1'], 1);
    aside.fleet.lose('p1');
    aside.well(['p2'], 50);
    expect(aside.look(61)).toEqual(['ClusterSetAside p1']);
    aside.fleet.find('p1');
    expect(aside.look(70)).toEqual(['ClusterReturned p1', 'ClusterStarted p1 1/2']);
  });

  it('opens its stage again when it returns late', () => {
    const late = new Course(
      { c: 'canary', p: 'prod' },
      { ...STAGED, unreachable: 'SetAside', progressDeadline: '60s' },
    );
    late.fleet.lose('c');
    late.look(0);
    expect(late.run.stages.map(({ phase }) => phase)).toEqual(['Succeeded', 'Progressing']);
    late.fleet.find('c');
    expect(late.look(5)).toEqual(['ClusterReturned c', 'ClusterStarted c 0/1']);
    expect(late.run.stages[0]?.phase).toBe('Progressing');
  });
});
