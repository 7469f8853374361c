import { DEFAULT_STRATEGY, type Strategy } from '../../strategy';
import { Course, stage, STAGED } from '../testing/course.fixture';
import { holdAfter, paceAt, wholePace } from './pace';

const THREE: Strategy = {
  ...DEFAULT_STRATEGY,
  batches: [{ size: '10%', pause: '20s' }, { size: '50%' }, { size: '100%', pause: '30s' }],
  progressDeadline: '60s',
};
const one = (strategy: Strategy = THREE): Course => new Course({ c: 'prod' }, strategy);

describe('the pace of a batch', () => {
  it.each([
    [0, { batch: 0, of: 3, share: '10%', update: 'Recreate' }],
    [1, { batch: 1, of: 3, share: '50%', update: 'Recreate' }],
    [2, { batch: 2, of: 3, share: '100%', update: 'Recreate' }],
  ])('%d says how far the cluster may go', (batch, pace) => {
    expect(paceAt(THREE, batch)).toEqual(pace);
  });

  it.each([
    ['its own pause after it', [{ size: 1, pause: '20s' }, { size: 5 }, { size: '100%' }], 0, 20_000],
    ['none', [{ size: 1 }, { size: 5 }, { size: '100%' }], 0, 0],
    ['the pause of the last before the last', [{ size: 1 }, { size: '100%', pause: '30s' }], 0, 30_000],
    [
      'both where they meet',
      [
        { size: 1, pause: '20s' },
        { size: '100%', pause: '30s' },
      ],
      0,
      50_000,
    ],
    ['nothing after the last', [{ size: 1 }, { size: '100%', pause: '30s' }], 1, 0],
  ])('is followed by %s', (_, batches, batch, hold) => {
    expect(holdAfter({ ...THREE, batches }, batch)).toBe(hold);
  });
});

describe('the pace of a blue-green release', () => {
  const blueGreen = { service: 'web', scaleDownDelay: '30s' };
  const colours: Strategy = { ...DEFAULT_STRATEGY, blueGreen, batches: [{ size: '100%', pause: '10m' }] };

  it('lets the new colour come up, waits, and then lets the Service go over', () => {
    expect(paceAt(colours, 0)).toEqual({ batch: 0, of: 2, share: '0%', update: 'Recreate', blueGreen });
    expect(paceAt(colours, 1)).toEqual({ batch: 1, of: 2, share: '100%', update: 'Recreate', blueGreen });
    expect(wholePace(colours)).toEqual({ batch: 0, of: 1, share: '100%', update: 'Recreate', blueGreen });
    expect(holdAfter(colours, 0)).toBe(600_000);
    expect(holdAfter(colours, 1)).toBe(0);
  });
});

describe('a cluster in batches', () => {
  it('goes from batch to batch, each reached and its pause over, and succeeds with the last', () => {
    const course = one();
    expect(course.look(0)).toContain('ClusterStarted c 0/3');
    expect(course.well(['c'], 5)).toEqual(['BatchReached c 0']);
    expect(course.wake).toBe(25);
    expect(course.look(24)).toEqual([]);
    expect(course.look(25)).toEqual(['BatchAdvanced c 1/3']);
    expect(course.well(['c'], 40)).toEqual(['BatchReached c 1']);
    expect(course.look(69)).toEqual([]);
    expect(course.look(70)).toEqual(['BatchAdvanced c 2/3']);
    expect(course.well(['c'], 80)).toEqual(['ClusterSucceeded c', 'StageSucceeded all', 'RunSucceeded']);
  });

  it('needs no looks in between where nothing pauses', () => {
    const course = one({ ...THREE, batches: [{ size: '50%' }, { size: '100%' }] });
    course.look(0);
    expect(course.well(['c'], 5)).toEqual(['BatchReached c 0', 'BatchAdvanced c 1/2']);
  });

  it('says what it had wholly before, where that is another release', () => {
    const course = one();
    course.look(0);
    expect(course.last('ClusterStarted').data.from).toBe('shop-r1');
    const again = one();
    again.fleet.of('c').stable = 'shop-r2';
    again.look(0);
    expect(again.last('ClusterStarted').data.from).toBeUndefined();
  });

  it('has its deadline for every batch', () => {
    const course = one();
    course.look(0);
    course.well(['c'], 5);
    course.look(25);
    expect(course.wake).toBe(85);
    expect(course.look(84)).toEqual([]);
    expect(course.look(85)).toEqual([
      'ClusterFailed c ProgressDeadlineExceeded',
      'RunPaused FailuresExceeded',
    ]);
  });

  it('is reached at once where nothing is to last, also by a clock behind that of the database', () => {
    const course = one(DEFAULT_STRATEGY);
    course.look(0);
    course.fleet.become('c', 'Current', course.now + 3_600_000);
    expect(course.look(5)).toContain('ClusterSucceeded c');
    const promoted = one({ ...DEFAULT_STRATEGY, minSuccessTime: '10s' });
    promoted.look(0);
    promoted.fleet.become('c', 'Current', promoted.now + 3_600_000);
    promoted.act('promote');
    expect(promoted.look(5)).toContain('ClusterSucceeded c');
  });

  it('must have been well for minSuccessTime', () => {
    const course = one({ ...THREE, minSuccessTime: '10s' });
    course.look(0);
    expect(course.well(['c'], 5)).toEqual([]);
    expect(course.wake).toBe(15);
    expect(course.look(14.999)).toEqual([]);
    expect(course.look(15)).toEqual(['BatchReached c 0']);
  });
});

describe('what counts for a batch', () => {
  const NOT_YET: [string, (course: Course) => void][] = [
    ['health of the previous revision, however long it has been good', () => undefined],
    ['a plan of the same release that another run made', ({ fleet }) => (fleet.of('c').run = 'shop-1')],
    ['a plan of another release', ({ fleet }) => (fleet.of('c').release = 'shop-r1')],
    ['the batch before', ({ fleet }) => (fleet.of('c').batch = 0)],
    ['a plan that is not applied', ({ fleet }) => (fleet.of('c').appliedGeneration -= 1)],
    [
      'a status that lags behind its plan',
      ({ fleet }) => (fleet.of('c').health = { generation: 5, status: 'Current', message: '', since: 0 }),
    ],
    ['a workload on its way', ({ fleet, now }) => fleet.become('c', 'InProgress', now)],
    ['a cluster out of reach', ({ fleet }) => fleet.lose('c')],
  ];

  it.each(NOT_YET)('is not %s', (why, spoil) => {
    const course = one({ ...THREE, batches: [{ size: '10%' }, { size: '100%' }] });
    course.look(0);
    course.well(['c'], 5);
    // Now at the second batch, with a plan of its own.
    if (!why.startsWith('health')) course.fleet.become('c', 'Current', course.now);
    spoil(course);
    expect(course.look(60)).toEqual([]);
    expect(course.phaseOf('c')).toBe('Progressing');
  });

  it('is a status that has caught up', () => {
    const course = one();
    course.look(0);
    const seen = course.fleet.of('c');
    seen.appliedGeneration = seen.generation;
    expect(course.look(30)).toEqual([]);
    expect(course.well(['c'], 31)).toEqual(['BatchReached c 0']);
  });
});

describe('a batch that was reached', () => {
  it('is not sent on while the plan that a scale made is not healthy, and its pause goes on counting', () => {
    const course = one();
    course.look(0);
    course.well(['c'], 5);
    course.fleet.replan('c');
    expect(course.look(10)).toEqual(['BatchLost c 0']);
    expect(course.look(26)).toEqual([]);
    expect(course.well(['c'], 27)).toEqual(['BatchReached c 0', 'BatchAdvanced c 1/3']);
  });

  it('has its whole deadline from when it was lost, not from when it was begun', () => {
    const long = one({ ...THREE, batches: [{ size: '10%', pause: '1h' }, { size: '100%' }] });
    long.look(0);
    long.well(['c'], 5);
    long.fleet.replan('c');
    expect(long.look(1800)).toEqual(['BatchLost c 0']);
    expect(long.wake).toBe(1860);
    expect(long.look(1859)).toEqual([]);
    expect(long.look(1860)[0]).toBe('ClusterFailed c ProgressDeadlineExceeded');
  });

  it('fails at once when it turns out bad', () => {
    const course = one();
    course.look(0);
    course.well(['c'], 5);
    expect(course.ill(['c'], 10)[0]).toBe('ClusterFailed c Unhealthy');
  });

  it('is where a failed cluster goes on from when it recovers half way', () => {
    const course = one();
    course.look(0);
    course.well(['c'], 5);
    course.look(25);
    course.ill(['c'], 30);
    expect(course.phase).toBe('Paused: FailuresExceeded');
    expect(course.well(['c'], 40)).toEqual([
      'ClusterReturned c',
      'RunResumed Recovered',
      'ClusterStarted c 1/3',
      'BatchReached c 1',
    ]);
  });
});

describe('a stage', () => {
  it('has no more than maxConcurrency under way; a cluster held between batches is', () => {
    const course = new Course(
      { p1: 'prod', p2: 'prod', p3: 'prod' },
      { ...STAGED, stages: [stage('all', { maxConcurrency: 2 })], batches: THREE.batches },
    );
    course.look(0);
    expect(course.well(['p1'], 5)).toEqual(['BatchReached p1 0']);
    expect(course.phaseOf('p3')).toBe('Pending');
  });
});
