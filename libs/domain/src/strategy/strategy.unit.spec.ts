import { DEFAULT_STRATEGY, type Gate, type Stage, type Strategy } from './strategy';
import { REMAINDER, stageOf } from './stage-of';
import { validateStrategy } from './validate-strategy';

const rest: Stage = { name: 'rest', maxConcurrency: '50%', maxFailures: 0, before: [], after: [] };
const canary: Stage = {
  ...rest,
  name: 'canary',
  clusterSelector: { matchLabels: { tier: 'canary' } },
  maxConcurrency: 1,
};
const strategy = (change: Partial<Strategy>): Strategy => ({ ...DEFAULT_STRATEGY, ...change });
const paths = (change: Partial<Strategy>): string[] =>
  validateStrategy(strategy(change)).map((error) => error.path);

describe('a strategy', () => {
  it('is good as it comes', () => {
    expect(validateStrategy(DEFAULT_STRATEGY)).toEqual([]);
    expect(paths({ stages: [canary, rest] })).toEqual([]);
  });

  it.each<[string, Partial<Strategy>, string]>([
    ['no stage', { stages: [] }, '/strategy/stages'],
    ['two stages of a name', { stages: [canary, { ...rest, name: 'canary' }] }, '/strategy/stages/1/name'],
    ['a name that is taken', { stages: [{ ...rest, name: REMAINDER }] }, '/strategy/stages/0/name'],
    [
      'two stages without a selector',
      { stages: [rest, { ...rest, name: 'more' }] },
      '/strategy/stages/1/clusterSelector',
    ],
    [
      'a selector that says nothing',
      { stages: [{ ...rest, clusterSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }] },
      '/strategy/stages/0/clusterSelector/matchExpressions/0/values',
    ],
    [
      'a concurrency that lets nobody move',
      { stages: [{ ...rest, maxConcurrency: 0 }] },
      '/strategy/stages/0/maxConcurrency',
    ],
    [
      'a percentage above all',
      { stages: [{ ...rest, maxFailures: '120%' }] },
      '/strategy/stages/0/maxFailures',
    ],
    ['a duration without a unit', { minSuccessTime: '30' }, '/strategy/minSuccessTime'],
    ['no time to progress', { progressDeadline: '0s' }, '/strategy/progressDeadline'],
  ])('is refused with %s', (_, change, path) => {
    expect(paths(change)).toContain(path);
  });

  it('sorts a cluster into the first stage that selects it, else into the one without a selector', () => {
    const staged = strategy({ stages: [rest, canary] });
    expect(stageOf(staged, { tier: 'canary' })).toBe('canary');
    expect(stageOf(staged, { tier: 'prod' })).toBe('rest');
    expect(stageOf(strategy({ stages: [canary] }), { tier: 'prod' })).toBeUndefined();
  });
});

describe('the batches of a strategy', () => {
  it.each<[string, Strategy['batches']]>([
    ['shares of growing size', [{ size: '10%' }, { size: '50%' }, { size: '100%', pause: '30s' }]],
    ['counts', [{ size: 1, pause: '0s' }, { size: 3 }, { size: '100%' }]],
    ['counts and shares, which nobody can compare yet', [{ size: 5 }, { size: '10%' }, { size: '100%' }]],
  ])('may be %s', (_, batches) => {
    expect(paths({ batches })).toEqual([]);
  });

  it.each<[string, Strategy['batches'], string]>([
    ['none', [], ''],
    ['without the whole at the end', [{ size: '50%' }], '/0/size'],
    ['a count at the end', [{ size: '50%' }, { size: 10 }], '/1/size'],
    ['shrinking', [{ size: '50%' }, { size: '20%' }, { size: '100%' }], '/1/size'],
    ['the same again', [{ size: '100%' }, { size: '100%' }], '/1/size'],
    [
      'shrinking counts with a share between',
      [{ size: 5 }, { size: '50%' }, { size: 3 }, { size: '100%' }],
      '/2/size',
    ],
    ['empty', [{ size: 0 }, { size: '100%' }], '/0/size'],
    ['no share', [{ size: 'half' }, { size: '100%' }], '/0/size'],
    ['paused for no duration', [{ size: '50%', pause: 'a while' }, { size: '100%' }], '/0/pause'],
    ['one, with a pause that nothing precedes or follows', [{ size: '100%', pause: '30s' }], '/0/pause'],
  ])('may not be %s', (_, batches, path) => {
    expect(paths({ batches })).toContain(`/strategy/batches${path}`);
  });
});

describe('the gates of a strategy', () => {
  const verification = (change: object): Gate => ({
    type: 'Verification',
    provider: { http: { url: 'https://shop.example/ok' } },
    successCondition: 'result == true',
    ...change,
  });

  it.each<[string, Gate]>([
    ['an approval', { type: 'Approval' }],
    ['a wait', { type: 'TimedWait', duration: '10m' }],
    ['a verification', verification({})],
  ])('may be %s', (_, gate) => {
    expect(paths({ stages: [{ ...rest, before: [gate], after: [gate] }] })).toEqual([]);
  });

  it.each<[string, Gate, string]>([
    ['a wait of no duration', { type: 'TimedWait', duration: 'long' }, '/duration'],
    [
      'a verification that cannot be read',
      verification({ successCondition: 'result >' }),
      '/successCondition',
    ],
  ])('may not be %s', (_, gate, path) => {
    expect(paths({ stages: [{ ...rest, after: [gate] }] })).toContain(`/strategy/stages/0/after/0${path}`);
  });
});
