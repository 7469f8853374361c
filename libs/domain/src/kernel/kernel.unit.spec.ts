import { durationMs, isDuration } from './duration';
import { isShare, resolveShare } from './share';

describe('durations', () => {
  it.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5m', 90_000],
    ['0s', 0],
    ['2d', 172_800_000],
  ])('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms));

  it.each(['', '10', 's', '-5s', '1 h', '10 m', '1x'])('"%s" is none', (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => durationMs(text)).toThrow(RangeError);
  });
});

describe('shares', () => {
  it.each([
    ['50%', 5, 2],
    ['1%', 5, 1],
    ['0%', 5, 0],
    ['100%', 7, 7],
    [3, 2, 2],
    ['10%', 0, 0],
  ])('%s of %d is %d', (share, whole, part) => expect(resolveShare(share, whole)).toBe(part));

  it.each([-1, 1.5, '101%', '5', '', '-1%', null])('%p is none', (share) =>
    expect(isShare(share)).toBe(false),
  );
});
