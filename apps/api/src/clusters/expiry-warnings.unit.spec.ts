import { expiryWarnings } from './expiry-warnings';

const AT = '2026-03-10T12:00:00.000Z';
const days = (count: number): number => Date.parse(AT) + count * 86_400_000;

describe('credentials that end', () => {
  it.each([
    ['long before', -8, undefined],
    ['a week before', -7, /expire at 2026-03-10/],
    ['an hour before', -1 / 24, /expire at 2026-03-10/],
    ['at that moment', 0, /expired at 2026-03-10/],
    ['after', 3, /expired at 2026-03-10/],
  ])('%s', (_name, count, warning) => {
    const warnings = expiryWarnings(AT, days(count));
    if (warning) expect(warnings).toEqual([expect.stringMatching(warning)]);
    else expect(warnings).toEqual([]);
  });

  it('says nothing of those that name no end', () => expect(expiryWarnings(undefined, days(0))).toEqual([]));
});
