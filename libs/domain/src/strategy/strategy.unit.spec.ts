import { DEFAULT_STRATEGY, type Strategy } from './strategy';
import { stageOf } from './stage-of';
import { validateStrategy } from './validate-strategy';

const canary = {
  name: 'canary',
  clusterSelector: { matchLabels: { tier: 'canary' } },
  maxConcurrency: 1,
  maxFailures: 0,
};
const rest = { name: 'rest', maxConcurrency: '50%', maxFailures: 0 };
const strategy = (change: Partial<Strategy>): Strategy => ({ ...DEFAULT_STRATEGY, ...change });

describe('a strategy', () => {
  it('is good as it comes', () => {
    expect(validateStrategy(DEFAULT_STRATEGY)).toEqual([]);
    expect(validateStrategy(strategy({ stages: [canary, rest] }))).toEqual([]);
  });

  it.each([
    ['no stage', { stages: [] }, '/strategy/stages'],
    ['two stages of a name', { stages: [canary, { ...rest, name: 'canary' }] }, '/strategy/stages/1/name'],
    [
      'two stages without a selector',
      { stages: [rest, { ...rest, name: 'more' }] },
      '/strategy/stages/1/clusterSelector',
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
  ])('refuses %s', (_, change, path) => {
    expect(validateStrategy(strategy(change as Partial<Strategy>)).map((error) => error.path)).toContain(
      path,
    );
  });

  it('sorts a cluster into the first stage that selects it, else into the one without a selector', () => {
    const staged = strategy({ stages: [rest, canary] });
    expect(stageOf(staged, { tier: 'canary' })).toBe('canary');
    expect(stageOf(staged, { tier: 'prod' })).toBe('rest');
    expect(stageOf(strategy({ stages: [canary] }), { tier: 'prod' })).toBeUndefined();
  });
});
