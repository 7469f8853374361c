import { DEFAULT_STRATEGY, type Gate, type Stage, type Strategy } from '@keelson/domain';
import type { Dice } from '../../support/dice';
import type { Oracle } from './faults-oracle';

export const TIERS = ['canary', 'early', 'late'] as const;

/** A fifth of the clusters are canaries, three tenths come early, the others late. */
export const tierOf = (index: number): (typeof TIERS)[number] => {
  const place = index % 10;
  if (place < 2) return 'canary';
  return place < 5 ? 'early' : 'late';
};

/** Deadlines are short, because things go wrong. Gates come where there is somebody who answers them. */
export const drawStrategy = (dice: Dice, onFailure: Strategy['onFailure'], oracle?: Oracle): Strategy => ({
  ...DEFAULT_STRATEGY,
  stages: drawStages(dice, oracle),
  batches: dice.pick<Strategy['batches']>([
    [{ size: '100%' }],
    [{ size: '50%' }, { size: '100%' }],
    [{ size: 1, pause: '100ms' }, { size: '60%' }, { size: '100%' }],
  ]),
  minSuccessTime: dice.pick(['0s', '0s', '150ms']),
  progressDeadline: dice.pick(['4s', '6s', '9s']),
  onFailure,
  update: dice.pick<Strategy['update']>(['Recreate', 'InPlaceIfPossible']),
  unreachable: dice.pick<Strategy['unreachable']>(['Fail', 'SetAside']),
});

const drawStages = (dice: Dice, oracle: Oracle | undefined): Stage[] => {
  const rules = (): Omit<Stage, 'name'> => ({
    maxConcurrency: dice.pick(['100%', '50%', '34%', 7]),
    maxFailures: dice.pick([0, 1, '10%', '30%']),
    before: oracle ? drawGates(dice, oracle) : [],
    after: oracle ? drawGates(dice, oracle) : [],
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

/** None most of the time, or nothing would ever get past them; two now and then. */
const drawGates = (dice: Dice, oracle: Oracle): Gate[] =>
  Array.from({ length: dice.pick([0, 0, 1, 1, 2]) }, () =>
    dice.pick<Gate>([
      { type: 'Approval' },
      { type: 'TimedWait', duration: dice.pick(['0s', '80ms', '300ms']) },
      oracle.gate(dice.pick(['good', 'good', 'good', 'shaky', 'unclear', 'bad'])),
    ]),
  );
