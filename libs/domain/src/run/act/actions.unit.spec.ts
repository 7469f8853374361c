import type { Strategy } from '../../strategy';
import { Course, stage, STAGED } from '../testing/course.fixture';

const FIVE = { c: 'canary', p1: 'prod', p2: 'prod', p3: 'prod', p4: 'prod' };

/** The canary has the release, p1 and p2 are at their first of two batches, p3 and p4 wait. */
const half = (change: Partial<Strategy> = {}): Course => {
  const course = new Course(FIVE, {
    ...STAGED,
    batches: [{ size: '50%', pause: '30s' }, { size: '100%' }],
    progressDeadline: '60s',
    ...change,
  });
  course.look(0);
  course.well(['c'], 1);
  course.look(31);
  course.well(['c'], 32);
  return course;
};

describe('pause and resume', () => {
  it('stop what would start or advance, and go on', () => {
    const course = half();
    expect(course.act('pause', { why: 'lunch' })).toEqual(['RunPaused Requested']);
    expect(course.run.reason).toBe('paused by ann: lunch');
    expect(course.well(['p1', 'p2'], 33)).toEqual(['BatchReached p1 0', 'BatchReached p2 0']);
    expect(course.look(80)).toEqual([]);
    expect(course.act('resume')).toEqual(['RunResumed Requested']);
    expect(course.look()).toEqual(['BatchAdvanced p1 1/2', 'BatchAdvanced p2 1/2']);
  });

  it('judge what is under way: it may fail, and it may finish', () => {
    const course = half();
    course.act('pause');
    expect(course.look(92)).toEqual([
      'ClusterFailed p1 ProgressDeadlineExceeded',
      'ClusterFailed p2 ProgressDeadlineExceeded',
    ]);
  });

  it('of a person outweigh a pause for failures, which would end by itself', () => {
    const course = half();
    course.ill(['p1', 'p2'], 33);
    expect(course.phase).toBe('Paused: FailuresExceeded');
    expect(course.act('pause')).toEqual(['RunPaused Requested']);
    expect(course.well(['p1', 'p2'], 40)).toEqual(['ClusterReturned p1', 'ClusterReturned p2']);
    expect(course.phase).toBe('Paused: Requested');
  });
});

describe('abort', () => {
  it('sends what is not finished back, leaves what is, and begins nothing more', () => {
    const course = half();
    course.ill(['p2'], 33);
    expect(course.act('abort', { why: 'wrong build' })).toEqual([
      'ClusterRollbackStarted p1',
      'ClusterRollbackStarted p2',
      'ClusterRollbackStarted p3',
      'RunAborted Requested',
    ]);
    expect(course.phase).toBe('Aborted');
    expect(course.run.reason).toBe('aborted by ann: wrong build');
    expect(course.phaseOf('c')).toBe('Succeeded');
    expect(course.phaseOf('p4')).toBe('Pending');
    expect(course.look(1e6)).toEqual([]);
  });

  it('lets a cluster that has nothing to go back to have the release wholly', () => {
    const course = new Course({}, { ...STAGED, batches: [{ size: '50%' }, { size: '100%' }] });
    course.fleet.join('fresh', 'prod', '');
    course.look(0);
    expect(course.act('abort')).toEqual(['BatchAdvanced fresh 1/2', 'RunAborted Requested']);
  });
});

describe('promote', () => {
  it('skips pauses and minSuccessTime of the stage, not its health', () => {
    const course = half({ minSuccessTime: '10s' });
    course.look(100);
    const fresh = new Course(FIVE, {
      ...STAGED,
      minSuccessTime: '1h',
      batches: [{ size: 1, pause: '1h' }, { size: '100%' }],
    });
    fresh.look(0);
    fresh.well(['c'], 1);
    expect(fresh.act('promote')).toEqual(['StagePromoted canary']);
    expect(fresh.look()).toEqual(['BatchReached c 0', 'BatchAdvanced c 1/2']);
    expect(fresh.look(100)).toEqual([]);
    expect(fresh.well(['c'], 101)[0]).toBe('ClusterSucceeded c');
  });

  it('takes the stage that is named, and refuses one that is through or promoted', () => {
    const course = half();
    expect(course.act('promote', { stage: 'canary' })[0]).toMatch(
      /^action-refused: .*stage canary is through/,
    );
    expect(course.act('promote', { stage: 'rest' })).toEqual(['StagePromoted rest']);
    expect(course.act('promote')[0]).toMatch(/promoted already/);
  });
});

describe('retry', () => {
  const failed = (): Course => {
    const course = half();
    course.ill(['p1', 'p2'], 33);
    return course;
  };

  it('tries everything that failed again, within maxConcurrency, with a deadline of its own', () => {
    const course = failed();
    expect(course.act('retry')).toEqual(['ClusterRetried p1', 'ClusterRetried p2', 'RunResumed Requested']);
    expect(course.look(40)).toEqual(['ClusterStarted p1 0/2', 'ClusterStarted p2 0/2']);
    // What is seen may still be the try before, and a container may crash once or twice more.
    expect(course.ill(['p1', 'p2'], 50)).toEqual([]);
    expect(course.look(99)).toEqual([]);
    expect(course.look(100)[0]).toBe('ClusterFailed p1 ProgressDeadlineExceeded');
  });

  it('fails a retried cluster at once in its next batch: the patience was for the one it failed in', () => {
    const course = failed();
    course.act('retry');
    course.look(40);
    course.well(['p1', 'p2'], 41);
    course.look(71);
    expect(course.ill(['p1'], 72)[0]).toBe('ClusterFailed p1 Unhealthy');
  });

  it('of one cluster lets that one go, and the run stays paused while too many others are failed', () => {
    const course = new Course({ p1: 'prod', p2: 'prod' }, { ...STAGED, stages: [stage('all')] });
    course.look(0);
    course.ill(['p1', 'p2'], 1);
    expect(course.act('retry', { cluster: 'p1' })).toEqual(['ClusterRetried p1']);
    expect(course.look(2)).toEqual(['ClusterStarted p1 0/1']);
    expect(course.phase).toBe('Paused: FailuresExceeded');
    expect(course.well(['p1'], 3)).toEqual(['ClusterSucceeded p1']);
    expect(course.act('retry')).toEqual(['ClusterRetried p2', 'RunResumed Requested']);
  });

  it('is over when it fails: one that recovers later waits in a paused run as any other', () => {
    const batches = [{ size: '50%' }, { size: '100%' }];
    const strategy = { ...STAGED, stages: [stage('all')], batches, progressDeadline: '60s' };
    const course = new Course({ p1: 'prod', p2: 'prod' }, strategy);
    course.look(0);
    course.ill(['p1', 'p2'], 1);
    course.act('retry', { cluster: 'p1' });
    course.look(2);
    expect(course.look(62)).toEqual(['ClusterFailed p1 ProgressDeadlineExceeded']);
    expect(course.well(['p1'], 63)).toEqual(['ClusterReturned p1']);
    expect(course.phase).toBe('Paused: FailuresExceeded');
  });

  it('does not pass a pause that a person asked for', () => {
    const course = failed();
    course.act('pause');
    expect(course.act('retry')).toEqual(['ClusterRetried p1', 'ClusterRetried p2']);
    expect(course.look(40)).toEqual([]);
  });

  it('refuses what has not failed', () => {
    const course = half();
    expect(course.act('retry')[0]).toMatch(/^action-refused: .*nothing failed/);
    expect(course.act('retry', { cluster: 'p1' })[0]).toMatch(/cluster p1 has not failed/);
    expect(course.act('retry', { cluster: 'nobody' })[0]).toMatch(/^cluster-not-found/);
  });
});

describe('skip', () => {
  it('leaves out a cluster that has not begun', () => {
    const course = half();
    expect(course.act('skip', { cluster: 'p3', why: 'decommissioned' })).toEqual(['ClusterSkipped p3']);
    expect(course.clusterOf('p3')).toMatchObject({ phase: 'Skipped', message: 'decommissioned' });
  });

  it('sends one that is under way back and does not wait for it', () => {
    const course = half();
    expect(course.act('skip', { cluster: 'p1' })).toEqual(['ClusterRollbackStarted p1', 'ClusterSkipped p1']);
    expect(course.fleet.of('p1')).toMatchObject({ release: 'shop-r1', batch: 0 });
    expect(course.look()).toEqual(['ClusterStarted p3 0/2']);
  });

  it('of a failed cluster ends a pause that it was the reason for', () => {
    const course = half();
    course.ill(['p1', 'p2'], 33);
    expect(course.act('skip', { cluster: 'p1' }).at(-1)).toBe('RunResumed Requested');
  });

  it('of a stage leaves out what waits, asks its gates no more and finishes what is under way', () => {
    const course = half({
      stages: [
        stage('canary', { clusterSelector: { matchLabels: { tier: 'canary' } } }),
        stage('rest', { maxConcurrency: 2, after: [{ type: 'Approval' }] }),
      ],
    });
    expect(course.act('skip', { stage: 'rest' })).toEqual([
      'ClusterSkipped p3',
      'ClusterSkipped p4',
      'StageSkipped rest',
    ]);
    course.well(['p1', 'p2'], 40);
    course.look(70);
    expect(course.well(['p1', 'p2'], 71)).toEqual([
      'ClusterSucceeded p1',
      'ClusterSucceeded p2',
      'RunSucceeded',
    ]);
  });

  it('of a stage whose gate failed lets the run go on', () => {
    const course = new Course(FIVE, {
      ...STAGED,
      stages: [
        stage('canary', {
          clusterSelector: { matchLabels: { tier: 'canary' } },
          before: [{ type: 'Approval' }],
        }),
        stage('rest'),
      ],
    });
    course.look(0);
    course.act('reject');
    expect(course.act('skip', { stage: 'canary' })).toEqual([
      'ClusterSkipped c',
      'StageSkipped canary',
      'RunResumed Requested',
    ]);
    expect(course.look()[0]).toBe('StageStarted rest');
  });

  it('leaves a cluster out that joins a skipped stage', () => {
    const course = half();
    course.act('skip', { stage: 'rest' });
    course.fleet.join('late', 'prod');
    course.look(33);
    expect(course.phaseOf('late')).toBe('Skipped');
  });

  it('wants to know what, and not what is finished', () => {
    const course = half();
    expect(course.act('skip')[0]).toMatch(/name the cluster or the stage/);
    expect(course.act('skip', { cluster: 'c' })[0]).toMatch(/cluster c is finished/);
    expect(course.act('skip', { stage: 'canary' })[0]).toMatch(/stage canary is through/);
    expect(course.act('skip', { stage: 'nowhere' })[0]).toMatch(/^stage-not-found/);
  });
});

describe('approve and reject', () => {
  it('need a gate that waits for an answer', () => {
    expect(half().act('approve')[0]).toMatch(/^action-refused: .*no gate waits/);
    expect(half().act('reject')[0]).toMatch(/no gate waits/);
  });
});
