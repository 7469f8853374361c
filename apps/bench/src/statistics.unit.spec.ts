import { median, percentile, rounded } from './statistics';

describe('median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[100, 20], 60],
  ])('of %j is %d', (values, middle) => expect(median(values)).toBe(middle));

  it('of nothing is no number', () => expect(median([])).toBeNaN());

  it('does not sort what it was given', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('percentile', () => {
  it.each([
    [[7], 99, 7],
    [[4, 1, 3, 2], 50, 2],
    [[5, 1, 4, 2, 3], 50, 3],
    [Array.from({ length: 200 }, (_, index) => index + 1), 99, 198],
    [[1, 2, 3], 100, 3],
  ])('of %j: %d %% are at most %d', (values, percent, value) =>
    expect(percentile(values, percent)).toBe(value),
  );

  it('of nothing is no number', () => expect(percentile([], 50)).toBeNaN());
});

it('rounds to a number', () => expect([rounded(2.345, 2), rounded(2.34)]).toEqual([2.35, 2.3]));
