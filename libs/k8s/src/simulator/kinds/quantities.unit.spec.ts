import { normaliseQuantity } from './quantities';

describe('quantities', () => {
  it.each([
    [1, '1'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1000Mi', '1000Mi'],
    ['1000000', '1M'],
    ['1000k', '1M'],
    ['0', '0'],
    ['12e6', '12e6'],
    ['nonsense', 'nonsense'],
  ])('%s becomes %s', (given, expected) => {
    expect(normaliseQuantity(given)).toBe(expected);
    expect(normaliseQuantity(expected)).toBe(expected);
  });
});
