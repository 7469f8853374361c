import fc from 'fast-check';
import { tally } from './tally';
import type { MeasurementOutcome, Verification } from './types';

const verification = (numbers: Partial<Verification> = {}): Verification => ({
  type: 'Verification',
  provider: { http: { url: 'http://shop' } },
  ...numbers,
});

const LETTERS = { S: 'Successful', F: 'Failed', I: 'Inconclusive', E: 'Error' } as const;
const outcomes = (letters: string): { outcome: MeasurementOutcome }[] =>
  [...letters].map((letter) => ({ outcome: LETTERS[letter as keyof typeof LETTERS] }));

describe('a tally', () => {
  it.each<[string, Partial<Verification>, string]>([
    ['', {}, 'Running'],
    ['S', {}, 'Successful'],
    ['F', {}, 'Failed'],
    ['I', {}, 'Inconclusive'],
    ['E', {}, 'Running'],
    ['SSSS', { count: 5 }, 'Running'],
    ['SSSSS', { count: 5 }, 'Successful'],
    ['SFSSS', { count: 5, failureLimit: 1 }, 'Successful'],
    ['FF', { count: 5, failureLimit: 1 }, 'Failed'],
    ['SFSSF', { count: 5, failureLimit: 1 }, 'Failed'],
    ['SISS', { count: 5, inconclusiveLimit: 1 }, 'Running'],
    ['SISI', { count: 5, inconclusiveLimit: 1 }, 'Inconclusive'],
    ['EEEE', {}, 'Running'],
    ['EEEEE', {}, 'Error'],
    ['EEEES', {}, 'Successful'],
    ['EESEES', { count: 3, errorLimit: 2 }, 'Running'],
    ['EESEEE', { count: 3, errorLimit: 2 }, 'Error'],
    ['E', { errorLimit: 0 }, 'Error'],
    // The first limit decides, for good.
    ['IF', { count: 5 }, 'Inconclusive'],
    ['FI', { count: 5 }, 'Failed'],
    ['SF', {}, 'Successful'],
    ['EEEEESSS', {}, 'Error'],
  ])('of %j with %j is %s', (letters, numbers, phase) => {
    expect(tally(verification(numbers), outcomes(letters)).phase).toBe(phase);
  });

  it('says what decided it', () => {
    const measurements = [{ outcome: 'Failed' as const, message: 'result > 0.05' }];
    expect(tally(verification({ count: 3 }), measurements).message).toBe(
      '1 failed, 0 tolerated: result > 0.05',
    );
    expect(tally(verification({ count: 3, failureLimit: 1 }), outcomes('SFS')).message).toBe(
      '2 of 3 measurements successful',
    );
    expect(tally(verification({ count: 3 }), outcomes('SE')).message).toBe(
      '1 of 3 measurements taken; 1 errors in a row',
    );
  });
});

const outcome = fc.constantFrom<MeasurementOutcome>('Successful', 'Failed', 'Inconclusive', 'Error');
const numbers = fc.record({
  count: fc.integer({ min: 1, max: 8 }),
  failureLimit: fc.nat(3),
  inconclusiveLimit: fc.nat(3),
  errorLimit: fc.nat(3),
});
const taken = fc.array(
  outcome.map((one) => ({ outcome: one })),
  { maxLength: 40 },
);

describe('every tally', () => {
  it('ends after at most count × (errorLimit + 1) measurements', () => {
    fc.assert(
      fc.property(numbers, fc.infiniteStream(outcome), (given, stream) => {
        const most = given.count * (given.errorLimit + 1);
        const measurements = [...stream.take(most)].map((one) => ({ outcome: one }));
        expect(tally(verification(given), measurements).phase).not.toBe('Running');
      }),
    );
  });

  it('stays what it was once it has ended', () => {
    fc.assert(
      fc.property(numbers, taken, taken, (given, before, after) => {
        const ended = tally(verification(given), before);
        fc.pre(ended.phase !== 'Running');
        expect(tally(verification(given), [...before, ...after])).toEqual(ended);
      }),
    );
  });

  it('does not depend on the order while only one limit can be exceeded', () => {
    // With errors their order counts (in a row), and with two limits the first exceeded one decides.
    const binary = fc.constantFrom<MeasurementOutcome>('Successful', 'Failed');
    const shuffled = fc
      .integer({ min: 1, max: 12 })
      .chain((count) => fc.tuple(fc.nat(3), fc.array(binary, { minLength: count, maxLength: count })))
      .chain(([failureLimit, list]) =>
        fc.tuple(
          fc.constant(failureLimit),
          fc.constant(list),
          fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([failureLimit, list, other]) => {
        const given = verification({ count: list.length, failureLimit });
        const phaseOf = (all: readonly MeasurementOutcome[]) =>
          tally(
            given,
            all.map((one) => ({ outcome: one })),
          ).phase;
        expect(phaseOf(other)).toBe(phaseOf(list));
      }),
    );
  });

  it('is Successful only after count measurements without errors, within every limit', () => {
    fc.assert(
      fc.property(numbers, taken, (given, measurements) => {
        const { phase } = tally(verification(given), measurements);
        const first = measurements.filter((one) => one.outcome !== 'Error').slice(0, given.count);
        const of = (what: MeasurementOutcome) => first.filter((one) => one.outcome === what).length;
        if (phase !== 'Successful') return;
        expect(first).toHaveLength(given.count);
        expect(of('Failed')).toBeLessThanOrEqual(given.failureLimit);
        expect(of('Inconclusive')).toBeLessThanOrEqual(given.inconclusiveLimit);
      }),
    );
  });
});
