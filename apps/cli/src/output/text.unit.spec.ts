import { age, duration, labelsText, shortHash } from './text';

describe('duration', () => {
  it.each([
    [-5, '0ms'],
    [0, '0ms'],
    [849.6, '850ms'],
    [12_900, '12s'],
    [60_000, '1m'],
    [200_000, '3m20s'],
    [3_600_000, '1h'],
    [18_600_000, '5h10m'],
    [187_200_000, '2d4h'],
  ])('writes %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));
});

describe('short forms', () => {
  it('says - for what is missing', () => {
    expect(age(null, 0)).toBe('-');
    expect(shortHash(null)).toBe('-');
    expect(labelsText({})).toBe('-');
  });

  it('counts the age from now', () => {
    expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:03:20Z'))).toBe('3m20s');
  });

  it('cuts a hash behind its algorithm', () => {
    expect(shortHash('sha256:0123456789abcdef')).toBe('0123456789');
  });

  it('joins labels as selectors write them', () => {
    expect(labelsText({ tier: 'canary', region: 'eu' })).toBe('tier=canary,region=eu');
  });
});
