import type { Pace } from '@keelson/domain';
import fc from 'fast-check';
import { BAD, Rehearsal, REPLICAS } from './testing/rehearsal.spec';

const coming: Pace = {
  batch: 0,
  of: 2,
  share: '0%',
  update: 'Recreate',
  blueGreen: { service: 'web', scaleDownDelay: '100ms' },
};
const switching: Pace = { ...coming, batch: 1, share: '100%' };
const back: Pace = { ...switching, batch: 0, of: 1 };
const plain: Pace = { batch: 0, of: 1, share: '100%', update: 'Recreate' };
const half: Pace = { ...plain, of: 2, share: '50%' };

const LAST = 9;
const PACES = { coming, plain, half } as const;

type Act =
  | { readonly to: number; readonly by: keyof typeof PACES }
  | { readonly wait: number }
  | { readonly writes: number }
  | 'switch'
  | 'back'
  | 'retire'
  | 'work'
  | 'arrive';

/** Whatever runs and people decide, in any order, at any moment; the switch too, as if everything had been reached. */
const acts = (by: fc.Arbitrary<keyof typeof PACES>): fc.Arbitrary<Act> =>
  fc.oneof(
    fc.record({ to: fc.integer({ min: 1, max: 5 }), by }),
    fc.record({ wait: fc.integer({ min: 5, max: 150 }) }),
    fc.record({ writes: fc.nat(6) }),
    fc.constantFrom<Act>('switch', 'back', 'retire', 'work', 'arrive'),
  );

const perform = (it: Rehearsal, act: Act): void => {
  if (act === 'switch') it.move(it.current, switching);
  else if (act === 'back') it.goBack(back);
  else if (act === 'retire') it.retire();
  else if (act === 'work') it.work();
  else if (act === 'arrive') {
    if (it.work().progress?.reached && it.isWhole) it.arrive();
  } else if ('to' in act) it.move(act.to, PACES[act.by]);
  else if ('wait' in act) it.pass(act.wait);
  else it.work(act.writes);
};

/** Through any course, and then a good release to its end; never fewer Ready pods behind the Service than `least`. */
const goThrough = (course: readonly Act[], least: number): void => {
  const it = new Rehearsal();
  try {
    it.check = () => expect(it.served().length).toBeGreaterThanOrEqual(least);
    for (const act of course) perform(it, act);
    it.move(LAST, coming);
    it.settle(({ progress }) => progress?.reached === true);
    it.move(LAST, switching);
    it.settle(({ progress }) => progress?.reached === true);
    it.arrive();
    it.pass(100);
    it.settle(() => {
      it.retire();
      return it.images().length === REPLICAS;
    });
    expect(it.served()).toHaveLength(REPLICAS);
    expect(new Set(it.images())).toEqual(new Set([`web:${LAST}`]));
  } finally {
    it.close();
  }
};

describe('two colours of a Deployment, whatever is decided and whoever dies', () => {
  const course = (by: fc.Arbitrary<keyof typeof PACES>) =>
    fc.array(acts(by), { minLength: 5, maxLength: 20 });

  it('never serve fewer Ready pods, and end with one', () => {
    fc.assert(
      fc.property(course(fc.constant('coming')), (each) => goThrough(each, REPLICAS)),
      { numRuns: 20 },
    );
  });

  // Each of these came to no end once.
  it.each<[string, Act[]]>([
    [
      'superseded before the Service has gone over to what never becomes ready',
      [{ to: BAD, by: 'coming' }, { wait: 5 }, 'switch', { to: 1, by: 'coming' }],
    ],
    [
      'back before the pods have their colours',
      [{ to: 2, by: 'coming' }, 'switch', 'arrive', { to: 1, by: 'coming' }, { wait: 5 }],
    ],
    [
      'killed while the first colour gets its labels',
      [{ to: 3, by: 'coming' }, 'switch', { to: 3, by: 'coming' }, { writes: 2 }],
    ],
    [
      'told to go over by pods that have no colours yet',
      [{ to: 3, by: 'coming' }, 'switch', 'work', { wait: 50 }, 'work'],
    ],
    [
      'the way out of a release that got stuck under another strategy',
      [{ to: BAD, by: 'plain' }, 'work', { wait: 100 }, 'work'],
    ],
    [
      'the same, before the pods have their colours',
      ['switch', { to: 1, by: 'coming' }, { to: BAD, by: 'plain' }, 'work'],
    ],
  ])('end when it is %s', (_, each) => goThrough(each, REPLICAS));

  it('lose one pod at most where a batch goes back in the middle of a rolling update', () =>
    goThrough(
      [
        { to: 2, by: 'plain' },
        { writes: 2 },
        { wait: 96 },
        { to: 1, by: 'half' },
        'work',
        { wait: 5 },
        'switch',
      ],
      REPLICAS - 1,
    ));

  // A label that is being put on in place when a release of another strategy comes: that one goes on in place, by one pod.
  it('lose one pod at most where strategies change in the middle of anything', () => {
    fc.assert(
      fc.property(course(fc.constantFrom('coming', 'plain', 'half')), (each) =>
        goThrough(each, REPLICAS - 1),
      ),
      { numRuns: 20 },
    );
  });

  it('serve nothing of a release that does not become ready, whatever its run decides', () => {
    const it = new Rehearsal();
    it.check = () => expect(it.served().length).toBeGreaterThanOrEqual(REPLICAS);
    for (const pace of [coming, switching]) {
      it.move(BAD, pace);
      for (let round = 0; round < 20; round += 1) {
        it.work();
        it.pass(20);
      }
    }
    expect(it.work().progress).toMatchObject({
      reached: false,
      message: expect.stringContaining('stays where it is'),
    });
    it.goBack(back);
    it.settle(({ progress }) => progress?.reached === true);
    expect(it.served()).toHaveLength(REPLICAS);
    it.close();
  });
});
