import fc from 'fast-check';
import type { Gate, Stage, Strategy } from '../../strategy';
import type { Blocker, RunAction } from '../index';
import { stage } from './course.fixture';

/** What may happen between two looks of the engine; clusters are picked by index from those that are there. */
export type Happening =
  | { readonly type: 'time'; readonly seconds: number }
  | {
      readonly type: 'health';
      readonly cluster: number;
      readonly status: 'Current' | 'InProgress' | 'Failed';
    }
  | { readonly type: 'refused' | 'replan' | 'lag' | 'lose' | 'find' | 'leave'; readonly cluster: number }
  | { readonly type: 'join'; readonly tier: string; readonly release: 'shop-r1' | 'shop-r2' | undefined }
  | { readonly type: 'block'; readonly cluster: number; readonly blockers: readonly Blocker[] }
  | { readonly type: 'act'; readonly action: RunAction; readonly cluster?: number; readonly stage?: string }
  | { readonly type: 'measure'; readonly outcome: 'Successful' | 'Failed' | 'Inconclusive' | 'Error' }
  /** The engine looks at what it saw at its last look: the read model lags behind the log. */
  | { readonly type: 'stale' };

const cluster = fc.nat(9);
/** What ends a run is rare, so that most of them live to see more. */
const action = fc.oneof<fc.WeightedArbitrary<RunAction>[]>(
  { weight: 4, arbitrary: fc.constantFrom('retry', 'approve') },
  { weight: 3, arbitrary: fc.constantFrom('resume', 'skip') },
  { weight: 2, arbitrary: fc.constantFrom('pause', 'reject', 'promote') },
  { weight: 1, arbitrary: fc.constantFrom('override', 'abort', 'rollback') },
);
const tier = fc.constantFrom('a', 'b', 'c');

const gate = fc.constantFrom<Gate>(
  { type: 'Approval' },
  { type: 'TimedWait', duration: '20s' },
  {
    type: 'Verification',
    provider: { http: { url: 'http://shop/ok' } },
    successCondition: 'true',
    interval: '5s',
    count: 2,
    errorLimit: 1,
  },
);
const gates = fc.oneof({ weight: 3, arbitrary: fc.constant<Gate[]>([]) }, fc.array(gate, { maxLength: 2 }));

const stages: fc.Arbitrary<Stage[]> = fc
  .array(
    fc.record({
      maxConcurrency: fc.constantFrom(1, 2, '50%', '100%'),
      maxFailures: fc.constantFrom(0, 1, '50%'),
      before: gates,
      after: gates,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) =>
    list.map((rules, index) => {
      const name = ['a', 'b', 'c'][index] ?? '';
      return stage(name, { ...rules, clusterSelector: { matchLabels: { tier: name } } });
    }),
  );

export const strategies: fc.Arbitrary<Strategy> = fc.record({
  stages,
  batches: fc.constantFrom(
    [{ size: '100%' }],
    [{ size: '50%' }, { size: '100%' }],
    [{ size: 1, pause: '15s' }, { size: '50%' }, { size: '100%', pause: '30s' }],
  ),
  minSuccessTime: fc.constantFrom('0s', '10s'),
  progressDeadline: fc.constant('60s'),
  onFailure: fc.constantFrom('Pause', 'Rollback', 'Continue'),
  update: fc.constant('Recreate'),
  unreachable: fc.constantFrom('Fail', 'SetAside'),
});

const blockers = fc.subarray<Blocker>([
  { kind: 'Hold', id: 'h1', message: 'held' },
  { kind: 'Window', id: 'w1', message: 'denied' },
  { kind: 'Dependency', id: 'db', message: 'db is not Available' },
]);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('time'), seconds: fc.nat(70) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant('health'),
      cluster,
      status: fc.constantFrom('Current', 'Current', 'Current', 'InProgress', 'Failed'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('refused', 'replan', 'lag', 'lose', 'find', 'leave'),
      cluster,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('join'),
      tier,
      release: fc.constantFrom('shop-r1', 'shop-r2', undefined),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('block'), cluster, blockers }) },
  {
    weight: 5,
    arbitrary: fc.record(
      {
        type: fc.constant('act'),
        action,
        cluster,
        stage: fc.constantFrom('a', 'b', 'unlisted'),
      },
      { requiredKeys: ['type', 'action'] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('measure'),
      outcome: fc.constantFrom('Successful', 'Successful', 'Failed', 'Inconclusive', 'Error'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('stale') }) },
);

export const tales: fc.Arbitrary<{
  strategy: Strategy;
  tiers: string[];
  happenings: Happening[];
  rollback: boolean;
}> = fc.record({
  strategy: strategies,
  tiers: fc.array(tier, { maxLength: 7, size: 'max' }),
  happenings: fc.array(happening, { minLength: 10, maxLength: 40, size: 'max' }),
  rollback: fc.boolean(),
});
