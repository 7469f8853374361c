import { DEFAULT_STRATEGY } from '../strategy';
import { Course, created, stage, STAGED, T0 } from './testing/course.fixture';
import { runDecider, runStream, type RunState } from './index';

const FIVE = { c: 'canary', p1: 'prod', p2: 'prod', p3: 'prod', p4: 'prod' };

describe('a run', () => {
  it('is created once, and knows nothing before', () => {
    const none: RunState = { exists: false };
    const { data } = created() as Extract<ReturnType<typeof created>, { type: 'RunCreated' }>;
    const command = { type: 'CreateRun', ...data } as const;
    expect(runDecider.decide(none, command)).toEqual({ ok: true, events: [created()] });
    expect(runDecider.decide(new Course({}).run, command)).toMatchObject({
      rejection: { code: 'run-exists' },
    });
    expect(runDecider.decide(none, { type: 'SupersedeRun', by: 'x' })).toMatchObject({
      rejection: { code: 'run-not-found' },
    });
    expect(runStream('shop-2')).toBe('run/shop-2');
  });

  it('sorts clusters into stages and starts the first', () => {
    const course = new Course(FIVE);
    expect(course.look(0)).toEqual(['MembershipChanged', 'StageStarted canary', 'ClusterStarted c 0/1']);
    expect(course.last('ClusterStarted').data).toEqual({
      application: 'shop',
      run: 'shop-2',
      stage: 'canary',
      cluster: 'c',
      release: 'shop-r2',
      from: 'shop-r1',
      pace: { batch: 0, of: 1, share: '100%', update: 'Recreate' },
      at: new Date(T0).toISOString(),
    });
  });

  it('says nothing twice', () => {
    const course = new Course(FIVE);
    course.look(0);
    expect(course.look(1)).toEqual([]);
  });

  it('goes through its stages by maxConcurrency and ends when all have succeeded', () => {
    const course = new Course(FIVE);
    course.look(0);
    expect(course.well(['c'], 10)).toEqual([
      'ClusterSucceeded c',
      'StageSucceeded canary',
      'StageStarted rest',
      'ClusterStarted p1 0/1',
      'ClusterStarted p2 0/1',
    ]);
    expect(course.well(['p2'], 20)).toEqual(['ClusterSucceeded p2', 'ClusterStarted p3 0/1']);
    course.well(['p1', 'p3'], 30);
    expect(course.well(['p4'], 40)).toEqual(['ClusterSucceeded p4', 'StageSucceeded rest', 'RunSucceeded']);
    expect(course.phase).toBe('Succeeded');
    expect(course.wake).toBeUndefined();
  });

  it('takes in a cluster that joins where it belongs, and drops one that leaves', () => {
    const course = new Course(FIVE);
    course.look(0);
    course.well(['c'], 10);
    course.fleet.join('late', 'canary');
    course.fleet.leave('p2');
    expect(course.look(11)).toEqual(['MembershipChanged', 'ClusterStarted late 0/1']);
    expect(course.last('MembershipChanged').data).toMatchObject({
      joined: [{ cluster: 'late', stage: 'canary' }],
      left: ['p2'],
    });
  });

  it('serves clusters last that its strategy names nowhere', () => {
    const course = new Course(
      { x: 'other', c: 'canary' },
      { ...STAGED, stages: [stage('canary', { clusterSelector: { matchLabels: { tier: 'canary' } } })] },
    );
    course.look(0);
    expect(course.well(['c'], 1).slice(1)).toEqual([
      'StageSucceeded canary',
      'StageStarted unlisted',
      'ClusterStarted x 0/1',
    ]);
  });

  it('ends at once where no cluster is selected, and when the last one leaves', () => {
    expect(new Course({}, DEFAULT_STRATEGY).look(0)).toEqual([
      'StageStarted all',
      'StageSucceeded all',
      'RunSucceeded',
    ]);
    const course = new Course({ c: 'canary' });
    course.look(0);
    course.fleet.leave('c');
    expect(course.look(1).at(-1)).toBe('RunSucceeded');
  });

  it('does nothing any more once it is superseded or its application deleted', () => {
    for (const end of [
      { type: 'SupersedeRun', by: 'shop-3' },
      { type: 'AbortRun', reason: 'ApplicationDeleted' },
    ] as const) {
      const course = new Course(FIVE);
      course.look(0);
      expect(course.decide(end)).toMatchObject({ ok: true, events: [{}] });
      expect(course.look(1e6)).toEqual([]);
      expect(course.decide(end)).toEqual({ ok: true, events: [] });
      expect(course.act('resume')[0]).toMatch(/^run-over/);
    }
  });

  it('goes forward in a cluster that the run before had held half way', () => {
    const course = new Course({ c: 'canary' });
    const seen = course.fleet.of('c');
    Object.assign(seen, {
      release: 'shop-r1b',
      run: 'shop-1b',
      batch: 0,
      generation: 9,
      appliedGeneration: 9,
    });
    course.look(0);
    expect(course.last('ClusterStarted').data).toMatchObject({ release: 'shop-r2', from: 'shop-r1' });
  });
});
