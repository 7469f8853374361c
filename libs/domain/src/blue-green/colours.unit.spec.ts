import fc from 'fast-check';
import type { Pace } from '../run/events';
import {
  idleOf,
  moveColours,
  newestOf,
  servedRelease,
  settleColours,
  standingColours,
  standingRelease,
  withoutIdle,
  type Colours,
  type Move,
} from './colours';

const blueGreen = { service: 'web', scaleDownDelay: '30s' };
const coming: Pace = { batch: 0, of: 2, share: '0%', update: 'Recreate', blueGreen };
const switching: Pace = { ...coming, batch: 1, share: '100%' };
const whole: Pace = { ...switching, batch: 0, of: 1 };
const plain: Pace = { batch: 0, of: 1, share: '100%', update: 'Recreate' };
const half: Pace = { ...plain, of: 2, share: '50%' };
const move = (change: Partial<Move>): Move => ({
  release: 'r2',
  pace: coming,
  at: 1_000,
  alike: false,
  ...change,
});

const atBlue: Colours = { service: 'web', active: 'blue', blue: 'r1' };
const comingUp: Colours = { ...atBlue, green: 'r2' };
const atGreen: Colours = { ...comingUp, active: 'green' };
const goingToGreen: Colours = { ...atGreen, leaving: 'blue' };
const goingToBlue: Colours = { ...comingUp, leaving: 'green' };
const idle: Colours = { ...atGreen, idleUntil: 9_000 };

describe('the colours of a target', () => {
  it.each<[string, Colours | undefined, Partial<Move>, Colours | undefined]>([
    ['none under another strategy', undefined, { pace: plain, standing: 'r1' }, undefined],
    ['the first release is blue', undefined, {}, { service: 'web', active: 'blue', blue: 'r2' }],
    ['pods that are there are blue', undefined, { standing: 'r1' }, comingUp],
    [
      'the same manifests bring nothing up',
      undefined,
      { standing: 'r1', alike: true },
      { ...atBlue, blue: 'r2' },
    ],
    ['caught up whole', undefined, { standing: 'r1', pace: whole }, goingToGreen],
    ['the other colour comes up', atBlue, {}, comingUp],
    ['the switch', comingUp, { pace: switching }, goingToGreen],
    ['the switch told twice', atGreen, { pace: switching }, atGreen],
    ['begun again after the switch', atGreen, {}, atGreen],
    ['superseded before the switch', comingUp, { release: 'r3' }, { ...comingUp, green: 'r3' }],
    ['the switch told twice, and not seen', goingToGreen, { pace: switching }, goingToGreen],
    ['superseded before the switch was seen', goingToGreen, { release: 'r3' }, { ...comingUp, green: 'r3' }],
    [
      'back before the switch was seen',
      goingToGreen,
      { release: 'r1', pace: whole, back: true },
      { ...comingUp, idleUntil: 1_000 },
    ],
    ['superseded after the switch', atGreen, { release: 'r3' }, { ...atGreen, blue: 'r3' }],
    ['the idle colour is used again', idle, { release: 'r3' }, { ...atGreen, blue: 'r3' }],
    [
      'back before the switch',
      comingUp,
      { release: 'r1', pace: whole, back: true },
      { ...comingUp, idleUntil: 1_000 },
    ],
    [
      'back after the switch',
      atGreen,
      { release: 'r1', pace: whole, back: true },
      { ...goingToBlue, idleUntil: 31_000 },
    ],
    [
      'back when the colour is gone',
      withoutIdle(atGreen),
      { release: 'r1', pace: whole, back: true },
      { ...goingToBlue, idleUntil: 31_000 },
    ],
    [
      'another strategy, in blue: as any Deployment',
      comingUp,
      { release: 'r3', pace: half },
      { ...atBlue, blue: 'r3' },
    ],
    [
      'another strategy, in green: not before the last batch',
      idle,
      { release: 'r3', pace: half },
      { ...atGreen, blue: 'r3' },
    ],
    ['another strategy, in green', idle, { release: 'r3', pace: plain }, { ...goingToBlue, blue: 'r3' }],
    [
      'another Service, and one for a preview',
      atBlue,
      { pace: { ...coming, blueGreen: { ...blueGreen, service: 'shop', previewService: 'next' } } },
      { ...comingUp, service: 'shop', previewService: 'next' },
    ],
  ])('%s', (_, before, given, expected) => {
    expect(moveColours(before, move(given))).toEqual(expected);
  });

  it('keeps the colour that is left for its time, counted from the first moment that nothing needs it', () => {
    expect(settleColours(goingToGreen, switching, 1_000)).toEqual({ ...atGreen, idleUntil: 31_000 });
    expect(settleColours(idle, switching, 1_000)).toEqual(idle);
    expect(settleColours(atBlue, switching, 1_000)).toEqual(atBlue);
    expect(settleColours(atGreen, plain, 1_000)).toEqual({ ...atGreen, idleUntil: 1_000 });
    expect(withoutIdle(idle)).toEqual({ service: 'web', active: 'green', green: 'r2' });
  });

  it('takes pods that have not come to a release wholly for those of the one before', () => {
    expect(standingRelease({ release: 'r2', stable: 'r1', pace: half })).toBe('r1');
    expect(standingRelease({ release: 'r2', stable: 'r1', pace: plain })).toBe('r1');
    expect(standingRelease({ release: 'r2', stable: 'r1' })).toBe('r2');
    expect(standingRelease({ release: 'r2', pace: plain })).toBe('r2');
    const rolled = { release: 'r1', stable: 'r0', colours: atBlue };
    expect(standingColours({ ...rolled, pace: half })).toEqual({ ...atBlue, blue: 'r0' });
    expect(standingColours(rolled)).toEqual(atBlue);
    expect(standingColours({ ...rolled, pace: coming })).toEqual(atBlue);
    expect(standingColours({ ...rolled, pace: half, colours: comingUp })).toEqual(comingUp);
  });

  it('always has the release, and serves only what was served or may be', () => {
    const paces = fc.constantFrom(coming, switching, whole, plain, half);
    const decision = fc.record({
      release: fc.integer({ min: 1, max: 5 }),
      pace: paces,
      back: fc.boolean(),
      alike: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(decision, { minLength: 1, maxLength: 12 }), (decisions) => {
        let colours: Colours | undefined = atBlue;
        for (const { release: number, ...given } of decisions) {
          const before: Colours = colours;
          const release = `r${number}`;
          colours = moveColours(before, move({ ...given, release }))!;
          expect([colours.blue, colours.green]).toContain(release);
          expect(colours[newestOf(colours, release)]).toBe(release);
          expect(colours[colours.active]).toBeDefined();
          // Before the last batch the Service stays; what it leaves is never taken away in the same step.
          const isLast = given.pace.batch === given.pace.of - 1;
          const served = before.leaving ?? before.active;
          if (!isLast && colours.active !== before.active) expect(colours.active).toBe(served);
          expect(servedRelease(colours)).toBeDefined();
          if (colours.active !== served && colours.leaving)
            expect(idleOf(colours)?.release).toBe(before[served]);
        }
      }),
    );
  });
});
