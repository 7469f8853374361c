import { given, typesOf } from '../kernel/scenario';
import { DEFAULT_STRATEGY, type Strategy } from '../strategy';
import { runDecider, wakeAt, type Observation, type Run, type RunCommand, type RunEvent } from './index';

const T0 = Date.parse('2030-01-01T00:00:00Z');
const STAGED: Strategy = {
  ...DEFAULT_STRATEGY,
  stages: [
    {
      name: 'canary',
      clusterSelector: { matchLabels: { tier: 'canary' } },
      maxConcurrency: 1,
      maxFailures: 0,
    },
    { name: 'rest', maxConcurrency: '50%', maxFailures: 1 },
  ],
  minSuccessTime: '30s',
  progressDeadline: '5m',
};

const created = (strategy: Strategy = STAGED): RunEvent => ({
  type: 'RunCreated',
  data: { run: 'shop-2', application: 'shop', release: 'shop-r2', version: '2', revision: 'abc', strategy },
});

const idle = (cluster: string, tier: string): Observation => ({
  cluster,
  labels: { tier },
  release: 'shop-r1',
  generation: 5,
  appliedGeneration: 5,
  health: { generation: 5, status: 'Current', message: '', since: T0 - 1e6 },
});

const moved = (seen: Observation, since: number, change: Partial<Observation> = {}): Observation => ({
  ...seen,
  release: 'shop-r2',
  generation: 9,
  appliedGeneration: 9,
  health: { generation: 9, status: 'Current', message: '', since },
  ...change,
});

const tick = (fleet: Observation[], now: number): RunCommand => ({ type: 'AdvanceRun', now, fleet });

/** Runs the engine over a sequence of looks at the fleet and keeps the whole history. */
const course = (looks: [Observation[], number][], strategy = STAGED): RunEvent[] => {
  const history = [created(strategy)];
  for (const [fleet, now] of looks) {
    const decision = given(runDecider, history).when(tick(fleet, now));
    if (decision.ok) history.push(...decision.events);
  }
  return history;
};

const c = idle('c', 'canary');
const [p1, p2, p3, p4] = ['p1', 'p2', 'p3', 'p4'].map((name) => idle(name, 'prod')) as [
  Observation,
  Observation,
  Observation,
  Observation,
];
const fleet = [c, p1, p2, p3, p4];

describe('a run', () => {
  it('sorts clusters into stages and starts the first', () => {
    const decision = given(runDecider, [created()]).when(tick(fleet, T0));
    expect(typesOf(decision)).toEqual(['MembershipChanged', 'StageStarted', 'ClusterStarted']);
    expect(decision.ok && decision.events.at(-1)?.data).toMatchObject({
      stage: 'canary',
      cluster: 'c',
      release: 'shop-r2',
    });
  });

  it('says nothing twice', () => {
    const history = course([[fleet, T0]]);
    expect(typesOf(given(runDecider, history).when(tick(fleet, T0 + 1000)))).toEqual([]);
  });

  it('is not moved by the health of the previous revision, however long it has been good', () => {
    const history = course([[fleet, T0]]);
    expect(typesOf(given(runDecider, history).when(tick(fleet, T0 + 60_000)))).toEqual([]);
  });

  it.each([
    ['the plan is not applied yet', { appliedGeneration: 5 }],
    [
      'health was judged for an older plan',
      { health: { generation: 5, status: 'Current' as const, message: '', since: T0 } },
    ],
    [
      'the workload is still on its way',
      { health: { generation: 9, status: 'InProgress' as const, message: '', since: T0 } },
    ],
    ['the cluster cannot be reached', { unreachable: 'unreachable (Network)' }],
  ])('waits while %s', (_, change) => {
    const history = course([[fleet, T0]]);
    const look = [moved(c, T0, change), p1, p2, p3, p4];
    expect(typesOf(given(runDecider, history).when(tick(look, T0 + 120_000)))).toEqual([]);
  });

  it('lets a cluster succeed only after minSuccessTime, and says when to look again', () => {
    const history = course([[fleet, T0]]);
    const look = [moved(c, T0 + 1000), p1, p2, p3, p4];
    const { when, state } = given(runDecider, history);
    expect(typesOf(when(tick(look, T0 + 30_999)))).toEqual([]);
    expect(wakeAt(state as Run, look, T0 + 2000)).toBe(T0 + 31_000);
    expect(typesOf(when(tick(look, T0 + 31_000)))).toEqual([
      'ClusterSucceeded',
      'StageSucceeded',
      'StageStarted',
      'ClusterStarted',
      'ClusterStarted',
    ]);
  });

  it('keeps maxConcurrency of a stage under way and ends when all have succeeded', () => {
    const history = course([
      [fleet, T0],
      [[moved(c, T0), p1, p2, p3, p4], T0 + 40_000],
      [[moved(c, T0), moved(p1, T0 + 50_000), p2, p3, p4], T0 + 90_000],
    ]);
    const started = history.flatMap((event) => (event.type === 'ClusterStarted' ? [event.data.cluster] : []));
    expect(started).toEqual(['c', 'p1', 'p2', 'p3']);
    const all = [c, p1, p2, p3, p4].map((seen) => moved(seen, T0 + 91_000));
    const later = course([
      [fleet, T0],
      [[moved(c, T0), p1, p2, p3, p4], T0 + 40_000],
      [[moved(c, T0), moved(p1, T0 + 50_000), p2, p3, p4], T0 + 90_000],
      [all, T0 + 200_000],
      [all, T0 + 240_000],
    ]);
    expect(later.at(-1)?.type).toBe('RunSucceeded');
  });

  it('pauses when a stage has more failures than it tolerates, and names the cluster and the cause', () => {
    const history = course([[fleet, T0]]);
    const bad = moved(c, T0, {
      health: { generation: 9, status: 'InProgress', message: 'ImagePullBackOff', since: T0 },
    });
    const decision = given(runDecider, history).when(tick([bad, p1, p2, p3, p4], T0 + 300_000));
    expect(typesOf(decision)).toEqual(['ClusterFailed', 'RunPaused']);
    expect(decision.ok && decision.events.at(-1)?.data).toMatchObject({
      stage: 'canary',
      message: 'stage canary: c: not healthy within 5m: ImagePullBackOff',
    });
  });

  it('does not wait for the deadline when the API server refuses the plan', () => {
    const history = course([[fleet, T0]]);
    const refused = moved(c, T0, {
      appliedGeneration: 5,
      failure: { generation: 9, terminal: true, message: 'spec.replicas: Invalid' },
    });
    const decision = given(runDecider, history).when(tick([refused, p1, p2, p3, p4], T0 + 1));
    expect(decision.ok && decision.events[0]?.data).toMatchObject({
      reason: 'ApplyFailed',
      message: 'spec.replicas: Invalid',
    });
  });

  it('goes on by itself when the failed cluster recovers', () => {
    const bad = moved(c, T0, { health: { generation: 9, status: 'InProgress', message: 'slow', since: T0 } });
    const history = course([
      [fleet, T0],
      [[bad, p1, p2, p3, p4], T0 + 300_000],
    ]);
    expect((given(runDecider, history).state as Run).phase).toBe('Paused');
    const decision = given(runDecider, history).when(
      tick([moved(c, T0 + 310_000), p1, p2, p3, p4], T0 + 340_000),
    );
    expect(typesOf(decision).slice(0, 2)).toEqual(['ClusterSucceeded', 'RunResumed']);
  });

  it('tolerates maxFailures', () => {
    const history = course([
      [fleet, T0],
      [[moved(c, T0), p1, p2, p3, p4], T0 + 40_000],
    ]);
    const lost = moved(p1, T0, { appliedGeneration: 5, unreachable: 'unreachable (Network)' });
    const decision = given(runDecider, history).when(
      tick([moved(c, T0), lost, moved(p2, T0 + 300_000), p3, p4], T0 + 340_000),
    );
    expect(typesOf(decision)).toEqual([
      'ClusterFailed',
      'ClusterSucceeded',
      'ClusterStarted',
      'ClusterStarted',
    ]);
  });

  it('takes in a cluster that joins and drops one that leaves', () => {
    const history = course([
      [fleet, T0],
      [[moved(c, T0), p1, p2, p3, p4], T0 + 40_000],
    ]);
    const late = idle('late', 'canary');
    const decision = given(runDecider, history).when(tick([moved(c, T0), late, p1, p2, p3], T0 + 41_000));
    expect(decision.ok && decision.events[0]).toEqual({
      type: 'MembershipChanged',
      data: {
        application: 'shop',
        run: 'shop-2',
        joined: [{ cluster: 'late', stage: 'canary' }],
        left: ['p4'],
      },
    });
    expect(decision.ok && decision.events[1]?.data).toMatchObject({ stage: 'canary', cluster: 'late' });
  });

  it('ends at once where no cluster is selected', () => {
    expect(typesOf(given(runDecider, [created(DEFAULT_STRATEGY)]).when(tick([], T0)))).toEqual([
      'StageStarted',
      'StageSucceeded',
      'RunSucceeded',
    ]);
  });

  it('does nothing any more once it is superseded', () => {
    const history = [
      ...course([[fleet, T0]]),
      { type: 'RunSuperseded', data: { application: 'shop', run: 'shop-2', by: 'shop-3' } } as const,
    ];
    const { when, state } = given(runDecider, history);
    expect((state as Run).phase).toBe('Superseded');
    expect(typesOf(when(tick(fleet, T0 + 1e6)))).toEqual([]);
    expect(typesOf(when({ type: 'SupersedeRun', by: 'shop-4' }))).toEqual([]);
  });
});
