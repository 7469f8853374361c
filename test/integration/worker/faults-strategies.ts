import { DEFAULT_STRATEGY, type Stage, type Strategy } from '@keelson/domain';
import type { Dice } from './faults-dice';

export const TIERS = ['canary', 'early', 'late'] as const;

/** A fifth of the clusters are canaries, three tenths come early, the others late. */
export const tierOf = (index: number): (typeof TIERS)[number] => {
  const place = index % 10;
  if (place < 2) return 'canary';
  return place < 5 ? 'early' : 'late';
};

/** Without gates, because nobody is there who answers them; deadlines are short, because things go wrong. */
export const drawStrategy = (dice: Dice, onFailure: Strategy['onFailure']): Strategy => ({
  ...DEFAULT_STRATEGY,
  stages: drawStages(dice),
  batches: dice.pick<Strategy['batches']>([
    [{ size: '100%' }],
    [{ size: '50%' }, { size: '100%' }],
    [{ size: 1, pause: '100ms' }, { size: '60%' }, { size: '100%' }],
  ]),
  minSuccessTime: dice.pick(['0s', '0s', '150ms']),
  progressDeadline: dice.pick(['4s', '6s', '9s']),
  onFailure,
  unreachable: dice.pick<Strategy['unreachable']>(['Fail', 'SetAside']),
});

const drawStages = (dice: Dice): Stage[] => {
  const rules = (): Omit<Stage, 'name'> => ({
    maxConcurrency: dice.pick(['100%', '50%', '34%', 7]),
    maxFailures: dice.pick([0, 1, '10%', '30%']),
    before: [],
    after: [],
  });
  const tiers = dice.pick([[], ['canary'], ['canary', 'early'], [...TIERS]]);
  const named = tiers.map((tier) => ({
    name: tier,
    clusterSelector: { matchLabels: { tier } },
    ...rules(),
  }));
  // Without a last stage for the rest those clusters are `unlisted`, which is worth a try too.
  return named.length > 0 && dice.chance(0.3) ? named : [...named, { name: 'rest', ...rules() }];
};
