import type { Dice } from '../../support/dice';

const TIERS = ['canary', 'early', 'late'] as const;

export type Tier = (typeof TIERS)[number];

export const drawTier = (dice: Dice): Tier => dice.pick(TIERS);

/** Deadlines are short, because things go wrong; what waits for a person is answered by the script or by the end. */
export const drawStrategy = (dice: Dice) => ({
  stages: drawStages(dice),
  batches: dice.pick([
    ['100%'],
    ['50%', '100%'],
    [{ size: 1, pause: '200ms' }, '60%', '100%'],
    ['34%', { size: '67%', pause: '1s' }, '100%'],
  ]),
  minSuccessTime: dice.pick(['0s', '0s', '200ms']),
  progressDeadline: dice.pick(['5s', '8s', '12s']),
  onFailure: dice.pick(['Pause', 'Rollback', 'Continue']),
  update: dice.pick(['Recreate', 'Recreate', 'InPlaceIfPossible']),
  unreachable: dice.pick(['Fail', 'SetAside']),
});

const drawStages = (dice: Dice) => {
  const gate = () => dice.pick([[], [], [{ type: 'TimedWait', duration: '300ms' }], [{ type: 'Approval' }]]);
  const rules = () => ({
    maxConcurrency: dice.pick(['100%', '50%', 2]),
    maxFailures: dice.pick([0, 0, 1, '50%']),
    before: gate(),
    after: gate(),
  });
  const tiers = dice.pick<Tier[]>([[], ['canary'], ['canary', 'early'], [...TIERS]]);
  const named = tiers.map((tier) => ({
    name: tier,
    clusterSelector: { matchLabels: { tier } },
    ...rules(),
  }));
  return named.length > 0 && dice.chance(0.3) ? named : [...named, { name: 'rest', ...rules() }];
};
