import { parseCount, parseImage, parseLabel, parseTime } from './arguments';

describe('arguments', () => {
  it('splits at the first = only', () => {
    expect(parseImage('web=registry:5000/web@sha256:a=b')).toEqual({ web: 'registry:5000/web@sha256:a=b' });
  });

  it('collects', () => {
    expect(parseLabel('region=eu', parseLabel('tier=canary'))).toEqual({ tier: 'canary', region: 'eu' });
  });

  it('takes an empty label but no empty image', () => {
    expect(parseLabel('edge=')).toEqual({ edge: '' });
    expect(() => parseImage('web=')).toThrow('names no image');
  });

  it.each(['web', '=web', ''])('refuses %j', (text) => {
    expect(() => parseImage(text)).toThrow('is not container=image');
  });

  it('refuses a key given twice, because one of the two would be lost', () => {
    expect(() => parseImage('web=b', parseImage('web=a'))).toThrow('given twice');
  });

  it.each(['-1', '1.5', '1e3', ' 3', '', 'all', '9'.repeat(16)])('refuses the count %j', (text) => {
    expect(() => parseCount(text)).toThrow('not a whole number');
  });

  it('takes counts and times', () => {
    expect(parseCount('007')).toBe(7);
    expect(parseTime('2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z');
    expect(() => parseTime('yesterday')).toThrow('not a time');
  });
});
